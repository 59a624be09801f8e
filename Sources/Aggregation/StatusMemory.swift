// SPDX-License-Identifier: Apache-2.0
internal import FabricModel

/// Since when each endpoint has been in its status, as far as listings have shown it. An edit moves `update_time`
/// without changing the status; what was seen before it is the better answer, and only this memory has it.
struct StatusMemory: Sendable {
    private var ids = EndpointIDTable()
    /// By the ids' numbers: the status, as the listing numbers its words, and since when.
    private var statuses: [UInt32] = []
    private var moments: [Timestamp] = []
    /// The end of the poll that this was seen in; no remembered time is later.
    private var end = Timestamp(microseconds: .min)

    /// Stands for the time of the running poll, which is known when it ends. Times after that end count as the end too.
    static let thisPoll = Timestamp(microseconds: .max)

    /// Since when the endpoint of `record` has been in its status; ``thisPoll`` where nothing tells.
    /// - Parameters:
    ///   - status: the number of its status.
    ///   - isCreating: whether that is `CREATING`.
    func since(_ record: EndpointRecord, status: UInt32, isCreating: Bool) -> Timestamp {
        // A later one may be in the future, and then it counts as the time of the poll that saw it first.
        if isCreating, let created = record.createTime, created <= end { return created }
        let told = isCreating ? record.createTime ?? record.updateTime : record.updateTime ?? record.createTime
        let remembered = ids.number(of: record.id).flatMap { statuses[$0] == status ? moments[$0] : nil }
        switch (told, remembered) {
        case (let told?, let remembered?): return min(told, remembered)
        case (let told?, nil): return told
        case (nil, let remembered?): return remembered
        case (nil, nil): return Self.thisPoll
        }
    }

    /// Keeps the status of an endpoint that has not been seen in this listing.
    mutating func remember(_ id: EndpointID, status: UInt32, since: Timestamp) {
        guard ids.insert(id).isNew else { return }
        statuses.append(status)
        moments.append(since)
    }

    /// Puts the poll's end in place of times that are later or unknown, and the numbers that words have from now on. Gives
    /// back what was reserved for more.
    mutating func settle(thisPoll now: Timestamp, renumbered: [UInt32]) {
        statuses = statuses.map { renumbered[Int($0)] }
        moments = moments.map { min($0, now) }
        end = now
        ids.trim()
    }

    /// The numbers of the words that are needed.
    func markWords(in isUsed: inout [Bool]) { for status in statuses { isUsed[Int(status)] = true } }
}
