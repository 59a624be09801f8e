// SPDX-License-Identifier: Apache-2.0
import Simulator
import Synchronization

/// Every state that each workspace truly had of late, and from when to when.
final class History: Sendable {
    private struct State {
        /// The moment it began, noted before any request could see it.
        var from: Int64
        var endpoints: [SimulatedEndpoint]
        var expectation: Expectation?
    }

    private struct Past {
        var states: [State] = []
        /// Series that some state had, so that they may stay at zero.
        var everSeen: Set<String> = []
        /// The times that each row has told for each status.
        var told: [String: [String: Set<Int64>]] = [:]
        var toldAt: [String: Int64] = [:]
        /// Rows whose status began, at some time, with a poll.
        var dependsOnPoll: Set<String> = []
    }

    /// States that ended longer ago are forgotten.
    private static let memory: Int64 = 60_000_000
    private let pasts = Mutex<[String: Past]>([:])
    /// The workspace that is lied about; nil: none.
    private let lie: String?
    /// No poll ended before.
    private let begin = WallTime.now

    init(lyingAbout lie: String?) { self.lie = lie }

    /// Notes what `workspace` is from now on.
    func note(_ workspace: SimulatedWorkspace) {
        let now = WallTime.now
        pasts.withLock { pasts in
            pasts[workspace.id, default: Past()].states.append(State(from: now, endpoints: workspace.endpoints))
        }
    }

    /// Looks for a state of the workspace, true at some time from `start` to `end`, that `page` tells.
    /// - Returns: nil where there is one; else how the page differs from the nearest one.
    func difference(of workspaceID: String, page: [String: String], start: Int64, end: Int64) -> [String]? {
        pasts.withLock { pasts in
            guard var past = pasts[workspaceID] else { return ["a workspace that never was"] }
            // Taken out, or changing it would copy it.
            pasts[workspaceID] = nil
            defer { pasts[workspaceID] = past }
            update(&past, workspaceID)
            var nearest: [String]?
            for index in past.states.indices {
                let until = index + 1 < past.states.count ? past.states[index + 1].from : .max
                guard past.states[index].from <= end, until >= start, let expectation = past.states[index].expectation
                else { continue }
                let difference = self.difference(page, expectation, past, end)
                if difference.isEmpty { return nil }
                if difference.count < nearest?.count ?? .max { nearest = difference }
            }
            return nearest ?? ["no state of that time is known"]
        }
    }

    /// Works out what is new, and forgets what is old.
    private func update(_ past: inout Past, _ workspaceID: String) {
        let now = WallTime.now
        for index in past.states.indices where past.states[index].expectation == nil {
            var expectation = Expectation(past.states[index].endpoints, now: past.states[index].from)
            if workspaceID == lie, let listed = expectation.exact[Expectation.listed].flatMap({ Int($0) }) {
                expectation.exact[Expectation.listed] = String(listed + 1)
            }
            past.everSeen.formUnion(expectation.exact.keys.filter(Expectation.stays))
            for row in expectation.told {
                past.told[row.id, default: [:]][row.status, default: []].insert(row.time)
                past.toldAt[row.id] = now
            }
            past.dependsOnPoll.formUnion(expectation.dependsOnPoll)
            past.states[index].expectation = expectation
        }
        while past.states.count > 1, past.states[1].from < now - Self.memory { past.states.removeFirst() }
        // A row that stays in its status is told of no more than once a state, so the present ones are kept.
        let present = Set(past.states.compactMap(\.expectation).flatMap { $0.told.map(\.id) })
        for (id, at) in past.toldAt where at < now - Self.memory && !present.contains(id) {
            past.told[id] = nil
            past.toldAt[id] = nil
        }
    }

    private func difference(
        _ page: [String: String], _ expectation: Expectation, _ past: Past, _ end: Int64
    ) -> [String] {
        var difference: [String] = []
        for (key, value) in page {
            if let wanted = expectation.exact[key] {
                if wanted != value { difference.append("\(key) is \(value), not \(wanted)") }
            } else if let since = expectation.since[key] {
                if !isPossible(value, since, past, end) {
                    difference.append("\(key) is \(value): no such time was told")
                }
            } else if value != "0" || !Expectation.stays(key) || !past.everSeen.contains(key) {
                difference.append("\(key) is \(value), and should not be there")
            }
        }
        for key in expectation.exact.keys where page[key] == nil { difference.append("\(key) is missing") }
        for key in expectation.since.keys where page[key] == nil { difference.append("\(key) is missing") }
        return difference
    }

    /// Whether a time is one that a row told for its status, and not later than what the rows tell now.
    private func isPossible(_ value: String, _ since: Expectation.Since, _ past: Past, _ end: Int64) -> Bool {
        // Negative times are not read: no status began before 1970.
        guard let time = WallTime.microseconds(ofSample: value), time <= end else { return false }
        func isOfPoll(_ row: (id: String, status: String, told: Int64?)) -> Bool {
            row.told == nil || past.dependsOnPoll.contains(row.id)
        }
        if let latest = since.rows.filter({ !isOfPoll($0) }).compactMap(\.told).min(), time > latest { return false }
        // A row without a usable time began, as far as is known, when a poll first saw it.
        if since.rows.contains(where: isOfPoll), time >= begin { return true }
        return since.rows.contains { past.told[$0.id]?[$0.status]?.contains(time) ?? false }
    }
}
