// SPDX-License-Identifier: Apache-2.0
import Simulator
import Synchronization
import Testing

@Suite("DemoScenario")
struct DemoScenarioTests {
    private static let start: Int64 = 1_750_000_000

    /// Returns status and total of the endpoint list of a workspace.
    private func list(_ source: DemoSource, _ name: String) async throws -> (status: Int, total: Int?) {
        let id = try #require(source.workspaces.first { $0.name == name }?.id)
        let response = await ask(source.cloud, "/v1/workspaces/\(id)/endpoints?limit=1", token: source.token)
        let total = response.body.firstMatch(of: #/^\{"total":(\d+)/#).flatMap { Int($0.1) }
        return (response.status, total)
    }

    @Test("Sources have workspaces of several sizes, a forbidden and a nonexistent one, and a rejected token")
    func sources() async throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        #expect(scenario.sources.map(\.name) == ["cn-north-4", "cn-southwest-2"])
        let north = scenario.sources[0]
        #expect(try await list(north, "recommendation") == (200, 357))
        #expect(try await list(north, "数据平台") == (200, 28))
        #expect(try await list(north, "sandbox") == (200, 3))
        #expect(try await list(north, "finance").status == 403)
        #expect(try await list(north, "retired").status == 400)
        #expect(try await list(scenario.sources[1], "analytics-west").status == 401)
        #expect(north.cloud.workspaces.map(\.id) == north.workspaces.dropLast().map(\.id))
    }

    @Test("The first request returns every status, and a stuck endpoint")
    func beginning() {
        let north = DemoScenario(startSeconds: Self.start).sources[0].cloud
        let endpoints = north.workspaces.filter { !$0.isForbidden }.flatMap(\.endpoints)
        #expect(Set(endpoints.compactMap(\.status?.string)) == Set(SeededData.statuses))
        #expect(endpoints.filter { $0.name == "stuck-since-before" }.count == 3)
        #expect(endpoints.contains { $0.errorCode?.string != nil })
        #expect(Set(endpoints.compactMap(\.id?.string)).count == endpoints.count)
    }

    @Test("Only one workspace is throttled, in the third minute of every five")
    func throttling() async throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        let north = scenario.sources[0]
        for (second, status) in [(119, 200), (120, 429), (179, 429), (180, 200), (420, 429), (480, 200)] {
            scenario.advance(to: second)
            #expect(try await list(north, "search").status == status)
            #expect(try await list(north, "analytics").status == 200)
        }
    }

    @Test("The slow workspace stays slow while another one is throttled")
    func slowness() async throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        scenario.advance(to: 130)
        let start = ContinuousClock.now
        #expect(try await list(scenario.sources[0], "vision").status == 200)
        #expect(ContinuousClock.now - start >= .milliseconds(1500))
    }

    @Test("The scenario advances every second and catches up after a pause")
    func driver() async {
        let scenario = DemoScenario(startSeconds: Self.start)
        let clock = LeapingClock(leaps: [.seconds(1), .seconds(1), .seconds(98)])
        let expected = DemoScenario(startSeconds: Self.start)
        expected.advance(to: 100)
        await scenario.run(by: clock)
        func text(_ scenario: DemoScenario) -> String {
            JSONValue.array(scenario.sources[0].cloud.workspaces.flatMap { $0.endpoints.map(\.json) }).text
        }
        #expect(text(scenario) == text(expected))
    }
}

/// A clock on which every sleep returns at once and advances the time by the next leap. After the last leap, sleeping
/// throws like in a canceled task.
private final class LeapingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (one: Instant, other: Instant) -> Bool { one.offset < other.offset }
    }

    private let state: Mutex<(now: Duration, leaps: [Duration])>

    init(leaps: [Duration]) { state = Mutex((.zero, leaps)) }

    var now: Instant { Instant(offset: state.withLock { $0.now }) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try state.withLock { state in
            guard let leap = state.leaps.first else { throw CancellationError() }
            state.leaps.removeFirst()
            state.now += leap
        }
    }
}
