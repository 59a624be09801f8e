// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// Since when each endpoint has been in its status, as far as listings have shown it. An edit moves `update_time`
/// without changing the status; what was seen before it is the better answer, and only this memory has it.
struct StatusMemory: Sendable {
    private struct Entry: Sendable {
        /// The status's place among ``statuses``: most endpoints share theirs, and there is an entry for each endpoint.
        var status: UInt32
        var since: Timestamp
    }

    private var entries: [EndpointID: Entry] = [:]
    private var statuses: [EndpointStatus: UInt32] = [:]

    /// Stands for the time of the running poll, which is known when it ends.
    static let thisPoll = Timestamp(microseconds: .max)

    /// Since when the endpoint of `row` has been in its status; ``thisPoll`` where nothing tells.
    func since(_ row: EndpointRow) -> Timestamp {
        if row.status == .creating, let created = row.createTime { return created }
        let told = row.status == .creating ? row.updateTime : row.updateTime ?? row.createTime
        let remembered = entries[row.id].flatMap { $0.status == statuses[row.status] ? $0.since : nil }
        switch (told, remembered) {
        case (let told?, let remembered?): return min(told, remembered)
        case (let told?, nil): return told
        case (nil, let remembered?): return remembered
        case (nil, nil): return Self.thisPoll
        }
    }

    mutating func remember(_ row: EndpointRow, since: Timestamp) {
        let status = statuses[row.status] ?? UInt32(statuses.count)
        statuses[row.status] = status
        entries[row.id] = Entry(status: status, since: since)
    }

    /// Puts the poll's own time where nothing else was known.
    mutating func resolve(thisPoll now: Timestamp) {
        for (id, entry) in entries where entry.since == Self.thisPoll { entries[id]?.since = now }
    }
}
