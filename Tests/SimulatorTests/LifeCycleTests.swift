// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Simulator

@Suite("Life cycles")
struct LifeCycleTests {
    private static let start: Int64 = 1_750_000_000
    private static let endpoints: [DemoEndpoint] = [
        .sql("report-sql", reserved: 16, max: 32), .inference("theirs-chat", max: 1).ofOtherTenant(),
        .ray("stuck-ray", apu: 1, dpu: 2).has("CREATING", for: 7200),
        .job("failed-job", reserved: 1).has("CREATE_FAILED", for: 60, DemoWorkspaces.busy)
            .then(at: 30, "DELETING"),
    ]

    private static func lifeCycle(seed: Int = 1, _ activity: LifeCycle.Activity) -> LifeCycle {
        LifeCycle(seed: seed, startSeconds: start, endpoints: endpoints, activity: activity)
    }

    private static func text(_ lifeCycle: LifeCycle) -> String { JSONValue.array(lifeCycle.endpoints.map(\.json)).text }

    private static func endpoint(_ lifeCycle: LifeCycle, _ name: String) -> SimulatedEndpoint? {
        lifeCycle.endpoints.first { $0.name?.string == name }
    }

    @Test("Advancing at once or second by second gives the same result, which depends on the seed")
    func determinism() {
        var leaping = Self.lifeCycle(.experiments)
        var stepping = leaping
        leaping.advance(to: 1500)
        for second in 0...1500 { stepping.advance(to: second) }
        #expect(Self.text(leaping) == Self.text(stepping))
        var other = Self.lifeCycle(seed: 2, .experiments)
        other.advance(to: 1500)
        #expect(Self.text(leaping) != Self.text(other))
        leaping.advance(to: 10)
        #expect(leaping.second == 1500)
    }

    @Test("Times at the start agree with the status")
    func beginning() throws {
        let lifeCycle = Self.lifeCycle(.none)
        // 1 750 000 000 is 2025-06-15T15:06:40Z.
        let stuck = try #require(Self.endpoint(lifeCycle, "stuck-ray"))
        #expect(stuck.createTime == "2025-06-15T13:06:40.000Z" && stuck.updateTime == stuck.createTime)
        let failed = try #require(Self.endpoint(lifeCycle, "failed-job"))
        #expect(failed.createTime == "2025-06-15T14:55:40.000Z" && failed.updateTime == "2025-06-15T15:05:40.000Z")
        #expect(failed.errorCode?.string == DemoWorkspaces.busy.code)
        #expect(failed.errorMsg?.string == DemoWorkspaces.busy.message)
        let running = try #require(Self.endpoint(lifeCycle, "report-sql"))
        #expect(try #require(running.createTime?.string) < "2025-06-02")
        #expect(Self.endpoint(lifeCycle, "theirs-chat")?.visibility == "PUBLIC")
    }

    @Test("A script changes its endpoint at its seconds, and the update time with it")
    func script() {
        var lifeCycle = Self.lifeCycle(.none)
        lifeCycle.advance(to: 29)
        #expect(Self.endpoint(lifeCycle, "failed-job")?.status == "CREATE_FAILED")
        lifeCycle.advance(to: 30)
        #expect(Self.endpoint(lifeCycle, "failed-job")?.status == "DELETING")
        #expect(Self.endpoint(lifeCycle, "failed-job")?.updateTime == "2025-06-15T15:07:10.000Z")
        #expect(Self.endpoint(lifeCycle, "failed-job")?.errorCode == nil)
        let before = Self.text(lifeCycle)
        lifeCycle.advance(to: 5000)
        #expect(Self.text(lifeCycle) == before)
    }

    @Test("Updates change only running endpoints of the own tenant without a script")
    func updates() {
        var lifeCycle = Self.lifeCycle(.updates)
        var statuses: [String: Set<String>] = [:]
        for second in 0...3000 {
            lifeCycle.advance(to: second)
            for endpoint in lifeCycle.endpoints {
                statuses[endpoint.name?.string ?? "", default: []].insert(endpoint.status?.string ?? "")
            }
        }
        #expect(
            statuses == [
                "report-sql": ["RUNNING", "UPDATING"], "theirs-chat": ["RUNNING"], "stuck-ray": ["CREATING"],
                "failed-job": ["CREATE_FAILED", "DELETING"],
            ])
    }

    @Test("Experiments are created and deleted, and their number is limited", arguments: 1...5)
    func experiments(seed: Int) {
        var lifeCycle = Self.lifeCycle(seed: seed, .experiments)
        var counts: Set<Int> = []
        var names: Set<String> = []
        for second in 0...5000 {
            lifeCycle.advance(to: second)
            let experiments = lifeCycle.endpoints.dropFirst(Self.endpoints.count)
            counts.insert(experiments.count)
            names.formUnion(experiments.compactMap(\.name?.string))
        }
        #expect(counts == [0, 1, 2, 3, 4])
        #expect(names.count > 20)
        #expect(names.isSuperset(of: ["experiment-1-ray", "experiment-2-sql", "experiment-3-chat"]))
    }
}
