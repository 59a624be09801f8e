// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import fabric_soak

@Suite("Requirements under overload")
struct OverloadJudgeTests {
    private static let second: Int64 = 1_000_000
    private let plan = OverloadJudge.Plan()

    private static func health(_ polled: Int64, failures: Int = 0, up: Int = 1) -> Health {
        var health = Health()
        func add(_ name: String, _ value: String, reason: String? = nil) {
            let labels = reason.map { [(name: "reason", value: $0)] } ?? []
            health.add(
                PageSample(name: "dataarts_fabric_workspace_" + name, labels: labels, value: value, type: "gauge"))
        }
        add("up", String(up))
        add("polls_total", "3")
        add("last_poll_timestamp_seconds", String(polled / second))
        add("last_success_timestamp_seconds", String(polled / second))
        add("poll_failures_total", String(failures), reason: "timeout")
        return health
    }

    /// Returns the problems at the end of an overload in which this part of the rate limit was used.
    private func problems(percent: Int) -> [String] {
        var judge = OverloadJudge(plan, now: 0)
        var said: [String] = []
        for second in 0...50 {
            let requests = second * plan.requestsPerSecond * percent / 100
            said += judge.change(at: Int64(second) * Self.second, requests: requests).problems
        }
        return said
    }

    @Test("At least 90 % of the rate limit must be used")
    func rate() {
        #expect(problems(percent: 100) == [])
        #expect(problems(percent: 91) == [])
        #expect(problems(percent: 85).count == 1)
        #expect(problems(percent: 0) == ["0 of 860 requests were sent under overload"])
    }

    @Test("Each workspace is polled within two rounds")
    func turns() {
        var judge = OverloadJudge(plan, now: 0)
        let limit = 2 * plan.round + plan.busySlack
        #expect(judge.problems(["a": Self.health(0)], at: 0) == [])
        #expect(judge.problems(["a": Self.health(0)], at: limit) == [])
        #expect(judge.problems(["a": Self.health(0)], at: limit + Self.second).count == 1)
    }

    @Test("Waiting does not fail polls")
    func failures() {
        var judge = OverloadJudge(plan, now: 0)
        #expect(judge.problems(["a": Self.health(0, failures: 1)], at: 0) == ["a failed under overload: timeout"])
        #expect(judge.problems(["b": Self.health(0, up: 0)], at: 0).count == 1)
    }

    @Test("All remaining workspaces are polled within an interval after the overload")
    func recovery() {
        var judge = OverloadJudge(plan, now: 0)
        var counts: [Int] = []
        for second in 0...50 {
            let change = judge.change(at: Int64(second) * Self.second, requests: second * plan.requestsPerSecond)
            if let count = change.workspaces { counts.append(count) }
        }
        #expect(counts == [plan.few])
        let rest = 50 * Self.second
        func page(_ polled: Int64) -> [String: Health] {
            Dictionary(uniqueKeysWithValues: (0..<plan.few).map { ("w\($0)", Self.health(polled)) })
        }
        let settled = rest + plan.settling
        #expect(judge.problems(page(settled), at: settled) == [])
        let late = settled + plan.interval + plan.busySlack + Self.second
        #expect(judge.problems(page(settled), at: late).count == plan.few)
        #expect(judge.problems(["w0": Self.health(late)], at: late) == ["1 workspaces after the overload, not 20"])
        #expect(judge.change(at: rest + plan.rest, requests: 0).workspaces == plan.workspaces)
    }
}
