// SPDX-License-Identifier: Apache-2.0

/// Checks an exporter that has more workspaces than its rate limit allows, and then fewer. The caller passes the time.
struct OverloadJudge {
    /// The parameters of the overload, times in microseconds.
    struct Plan {
        var workspaces = 240
        /// The number of workspaces after the overload.
        var few = 20
        var requestsPerSecond = 20
        let interval: Int64 = 2_000_000
        let timeout: Int64 = 2_000_000
        let discoveryInterval: Int64 = 3_000_000
        /// The durations of the overload and of the recovery.
        let overload: Int64 = 50_000_000
        let rest: Int64 = 18_000_000
        let busySlack: Int64 = 4_000_000

        /// The requests of discovery: a page per hundred workspaces.
        private var perSecond: Int64 {
            let pages = Int64((workspaces + 99) / 100)
            return Int64(requestsPerSecond) - (pages * 1_000_000 + discoveryInterval - 1) / discoveryInterval
        }
        /// The time in which all workspaces are polled once.
        var round: Int64 { Int64(workspaces) * 1_000_000 / perSecond }
        /// The time until polling of discovered workspaces begins.
        var settling: Int64 { discoveryInterval + busySlack }
    }

    private enum Phase {
        case overloaded(since: Int64)
        case resting(since: Int64)
    }

    private let plan: Plan
    private var phase: Phase
    /// The number of requests at the start of the measurement.
    private var measured: (from: Int64, requests: Int)?
    private var turns: Liveness
    private var recovery: Liveness
    private var complained: Set<String> = []

    init(_ plan: Plan, now: Int64) {
        self.plan = plan
        phase = .overloaded(since: now)
        turns = Liveness("the turn", limit: 2 * plan.round + plan.busySlack)
        recovery = Liveness("polling without overload", limit: plan.interval + plan.busySlack)
    }

    /// Returns the new number of workspaces at `now` (nil: unchanged), and the problems of the phase that ends.
    /// - Parameter requests: the number of requests so far.
    mutating func change(at now: Int64, requests: Int) -> (workspaces: Int?, problems: [String]) {
        switch phase {
        case .overloaded(let since):
            if measured == nil, now >= since + plan.settling { measured = (now, requests) }
            guard now >= since + plan.overload, let measured else { return (nil, []) }
            phase = .resting(since: now)
            self.measured = nil
            recovery = Liveness(recovery.what, limit: recovery.limit)
            let allowed = Int64(plan.requestsPerSecond) * (now - measured.from) / 1_000_000
            let used = Int64(requests - measured.requests)
            guard used * 100 < allowed * 90 else { return (plan.few, []) }
            return (plan.few, ["\(used) of \(allowed) requests were sent under overload"])
        case .resting(let since):
            guard now >= since + plan.rest else { return (nil, []) }
            phase = .overloaded(since: now)
            turns = Liveness(turns.what, limit: turns.limit)
            return (plan.workspaces, [])
        }
    }

    /// Returns the problems of a page at the time `now`.
    mutating func problems(_ health: [String: Health], at now: Int64) -> [String] {
        var problems: [String] = []
        for (id, health) in health.sorted(by: { $0.key < $1.key }) {
            let failures = health.failures.filter { $0.value > 0 }.keys.sorted()
            // Polls of a removed workspace return not_found until the next discovery.
            if case .resting = phase, failures == ["not_found"] { continue }
            if !failures.isEmpty || health.polls ?? 0 > 0 && !health.isUp, complained.insert(id).inserted {
                problems.append("\(id) failed under overload: \(failures.joined(separator: ", "))")
            }
        }
        switch phase {
        case .overloaded: problems += turns.problems(health.mapValues(\.lastPoll), at: now)
        case .resting(let since):
            // The remaining workspaces are polled once per interval after the next discovery.
            guard now >= since + plan.settling else { break }
            problems += recovery.problems(health.mapValues(\.lastSuccess), at: now)
            if now >= since + plan.settling + plan.interval, health.count != plan.few {
                problems.append("\(health.count) workspaces after the overload, not \(plan.few)")
            }
        }
        return problems
    }
}
