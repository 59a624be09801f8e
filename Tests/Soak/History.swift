// SPDX-License-Identifier: Apache-2.0
import Simulator
import Synchronization

/// The recent states of all workspaces, with the times of their start and end.
final class History: Sendable {
    private struct State {
        /// Its start, recorded before any request can see it.
        var from: Int64
        var rows: Rows
        var expectation: Expectation?
    }

    private enum Rows {
        case endpoints([SimulatedEndpoint])
        case lake([SimulatedEndpointV2])
        case services([SimulatedServiceInstance])
    }

    private struct Past {
        var states: [State] = []
        /// Series of earlier states, which may stay at zero.
        var everSeen: Set<String> = []
        /// The times of each row for each status.
        var told: [String: [String: Set<Int64>]] = [:]
        var toldAt: [String: Int64] = [:]
        /// Rows whose status began with a poll.
        var dependsOnPoll: Set<String> = []
    }

    private struct PoolPast {
        var states: [(from: Int64, expectation: PoolExpectation)] = []
        /// Series of earlier states, which may stay at zero.
        var everSeen: Set<String> = []
        /// The end of the last poll that had the use of every running pool.
        var complete: Int64?
    }

    /// The time after which ended states are removed, in microseconds.
    private static let memory: Int64 = 60_000_000
    /// By subject.
    private let pasts = Mutex<[String: Past]>([:])
    /// The job runs by subject, with the start of each state.
    private let jobRuns = Mutex<[String: [(from: Int64, expectation: JobRunExpectation)]]>([:])
    /// The pools by subject.
    private let pools = Mutex<[String: PoolPast]>([:])
    /// The workspaces of each version of the API of which an expected value is made wrong by one; nil: none.
    private let lie: String?
    private let lakeLie: String?
    /// The earliest end of a poll.
    private let begin = WallTime.now

    init(lyingAbout lie: String?, lake lakeLie: String? = nil) {
        self.lie = lie
        self.lakeLie = lakeLie
    }

    /// Records the state of `workspace` from now on.
    /// - Parameter isLake: whether it is polled with API v2.
    func note(_ workspace: SimulatedWorkspace, isLake: Bool = false) {
        let now = WallTime.now
        let rows = isLake ? Rows.lake(workspace.endpointsV2) : .endpoints(workspace.endpoints)
        pasts.withLock { pasts in
            pasts[workspace.id, default: Past()].states.append(State(from: now, rows: rows))
            let services = Subject.name(workspace.id, "service_instances")
            if !workspace.serviceInstances.isEmpty || pasts[services] != nil {
                pasts[services, default: Past()].states.append(
                    State(from: now, rows: .services(workspace.serviceInstances)))
            }
        }
        if isLake { notePools(of: workspace, now) }
        let expectation = JobRunExpectation(workspace.jobRuns)
        jobRuns.withLock { jobRuns in
            let subject = Subject.name(workspace.id, "job_runs")
            guard !workspace.jobRuns.isEmpty || jobRuns[subject] != nil else { return }
            jobRuns[subject, default: []].append((now, expectation))
        }
    }

    /// Compares the job runs of `page` with the states between `start` and `end`.
    /// - Returns: nil if each status matches one of them.
    private func difference(ofJobRuns subject: String, page: [String: String], start: Int64, end: Int64) -> [String]? {
        jobRuns.withLock { jobRuns in
            guard var states = jobRuns[subject] else { return ["an unknown workspace"] }
            while states.count > 1, states[1].from < WallTime.now - Self.memory { states.removeFirst() }
            jobRuns[subject] = states
            let possible = states.indices.filter { index in
                let until = index + 1 < states.count ? states[index + 1].from : .max
                return states[index].from <= end && until >= start
            }
            let difference = JobRunExpectation.difference(page, from: possible.map { states[$0].expectation })
            return difference.isEmpty ? nil : difference
        }
    }

    private func notePools(of workspace: SimulatedWorkspace, _ now: Int64) {
        var expectation = PoolExpectation(workspace.pools)
        if workspace.id == lakeLie { expectation.lie() }
        pools.withLock { pools in
            let subject = Subject.name(workspace.id, "pools")
            pools[subject, default: PoolPast()].states.append((now, expectation))
            pools[subject]?.everSeen.formUnion(expectation.list.keys.filter(PoolExpectation.stays))
        }
    }

    /// Returns the end of the last poll of pools that had the use of every running pool.
    func lastCompletePools(of subject: String) -> Int64? { pools.withLock { $0[subject]?.complete } }

    /// Compares the pools of `page` with the states between `start` and `end`.
    /// - Returns: nil if the list matches one of them.
    private func difference(ofPools subject: String, page: [String: String], start: Int64, end: Int64) -> [String]? {
        pools.withLock { pools in
            guard var past = pools[subject] else { return ["an unknown workspace"] }
            while past.states.count > 1, past.states[1].from < WallTime.now - Self.memory { past.states.removeFirst() }
            let possible = past.states.indices.filter { index in
                let until = index + 1 < past.states.count ? past.states[index + 1].from : .max
                return past.states[index].from <= end && until >= start
            }
            let comparison = PoolExpectation.compare(
                page, with: possible.map { past.states[$0].expectation }, everSeen: past.everSeen)
            if comparison.isComplete { past.complete = end }
            pools[subject] = past
            return comparison.difference.isEmpty ? nil : comparison.difference
        }
    }

    /// Compares `page` with the states of a subject between `start` and `end`.
    /// - Returns: nil if one matches, else the differences from the most similar one.
    func difference(of subject: String, page: [String: String], start: Int64, end: Int64) -> [String]? {
        if subject.hasSuffix(" job_runs") {
            return difference(ofJobRuns: subject, page: page, start: start, end: end)
        }
        if subject.hasSuffix(" pools") {
            return difference(ofPools: subject, page: page, start: start, end: end)
        }
        return pasts.withLock { pasts in
            guard var past = pasts[subject] else { return ["an unknown workspace"] }
            // Removed from the dictionary, so that changes do not copy it.
            pasts[subject] = nil
            defer { pasts[subject] = past }
            update(&past, subject)
            var nearest: [String]?
            for index in past.states.indices {
                let until = index + 1 < past.states.count ? past.states[index + 1].from : .max
                guard past.states[index].from <= end, until >= start, let expectation = past.states[index].expectation
                else { continue }
                let difference = self.difference(page, expectation, past, end)
                if difference.isEmpty { return nil }
                if difference.count < nearest?.count ?? .max { nearest = difference }
            }
            return nearest ?? ["no state at that time"]
        }
    }

    /// Adds new states and removes old ones.
    private func update(_ past: inout Past, _ subject: String) {
        let now = WallTime.now
        for index in past.states.indices where past.states[index].expectation == nil {
            var expectation =
                switch past.states[index].rows {
                case .endpoints(let rows): Expectation(rows, now: past.states[index].from)
                case .lake(let rows): Expectation(lake: rows, now: past.states[index].from)
                case .services(let rows): Expectation(services: rows)
                }
            if subject == lie { expectation.addOne(to: Expectation.listed) }
            if subject == lakeLie, let key = expectation.exact.keys.filter(Expectation.isCapacityOfLake).min() {
                expectation.addOne(to: key)
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
        // Keep the times of present rows, because a row is recorded only once per state.
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
                    difference.append("\(key) is \(value): no row has this time")
                }
            } else if value != "0" || !Expectation.stays(key) || !past.everSeen.contains(key) {
                difference.append("\(key) is \(value), but is not expected")
            }
        }
        for key in expectation.exact.keys where page[key] == nil { difference.append("\(key) is missing") }
        for key in expectation.since.keys where page[key] == nil { difference.append("\(key) is missing") }
        return difference
    }

    /// Whether a row had this time for its status, and it is not later than the rows' current times.
    private func isPossible(_ value: String, _ since: Expectation.Since, _ past: Past, _ end: Int64) -> Bool {
        // The exporter ignores negative times.
        guard let time = WallTime.microseconds(ofSample: value), time <= end else { return false }
        func isOfPoll(_ row: (id: String, status: String, told: Int64?)) -> Bool {
            row.told == nil || past.dependsOnPoll.contains(row.id)
        }
        if let latest = since.rows.filter({ !isOfPoll($0) }).compactMap(\.told).min(), time > latest { return false }
        // The status of a row without a usable time begins with the first poll that lists it.
        if since.rows.contains(where: isOfPoll), time >= begin { return true }
        return since.rows.contains { past.told[$0.id]?[$0.status]?.contains(time) ?? false }
    }
}
