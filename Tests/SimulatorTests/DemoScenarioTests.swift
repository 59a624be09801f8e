// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization
import Testing

@testable import Simulator

@Suite("DemoScenario")
struct DemoScenarioTests {
    private static let start: Int64 = 1_750_000_000

    /// Returns status and total of the endpoint list of a workspace.
    private func list(_ source: DemoSource, _ name: String) async throws -> (status: Int, total: Int?) {
        let id = try #require(source.workspaces.first { $0.name == name }?.id)
        let response = await ask(
            source.cloud, "/v1/workspaces/\(id)/endpoints?limit=1&visibility=ALL", token: source.token)
        let total = response.body.firstMatch(of: #/^\{"total":(\d+)/#).flatMap { Int($0.1) }
        return (response.status, total)
    }

    /// Returns all endpoints of a scenario by `workspace/endpoint`.
    private static func endpoints(_ scenario: DemoScenario) -> [String: SimulatedEndpoint] {
        var found: [String: SimulatedEndpoint] = [:]
        for workspace in scenario.sources.flatMap(\.cloud.workspaces) {
            for endpoint in workspace.endpoints {
                found["\(workspace.name?.string ?? "")/\(endpoint.name?.string ?? "")"] = endpoint
            }
        }
        return found
    }

    /// Returns the seconds that the endpoint has been in its status at `now`.
    private static func age(_ endpoint: SimulatedEndpoint, _ now: Int64) throws -> Int64 {
        let text = endpoint.status == "CREATING" ? endpoint.createTime : endpoint.updateTime
        let bytes = Array((text?.string ?? "").utf8)
        let since = try #require(bytes.withUnsafeBufferPointer { ISO8601Time.parse($0) })
        return now - since.microseconds / 1_000_000
    }

    @Test("Faults are those of their own source or workspace; all other workspaces are listed")
    func sources() async throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        let faulty = ["finance": 403, "retired": 400, "risk-west": 401, "clickstream": 429]
        var listed = 0
        for source in scenario.sources {
            for workspace in source.workspaces {
                let (status, total) = try await list(source, workspace.name)
                #expect(status == faulty[workspace.name] ?? 200, "\(workspace.name)")
                listed += total ?? 0
            }
        }
        #expect(
            scenario.sources.map(\.name) == ["cn-north-4", "cn-southwest-2", "subsidiary", "bulk-import", "data-lake"])
        #expect(scenario.sources.flatMap(\.workspaces).count == 11)
        #expect((60...120).contains(listed))
        #expect(scenario.sources.dropFirst().allSatisfy { $0.workspaces.count == 1 })
        #expect(scenario.sources.map(\.discovers) == [true, false, true, false, true])
        #expect(scenario.sources.filter(\.usesV2).map(\.name) == ["data-lake"])
    }

    @Test("Every situation names a workspace or endpoint of the demo")
    func places() {
        let scenario = DemoScenario(startSeconds: Self.start)
        let workspaces = Set(scenario.sources.flatMap(\.workspaces).map(\.name))
        let endpoints = Self.endpoints(scenario)
        for situation in DemoScenario.situations {
            let isFound = workspaces.contains(situation.place) || endpoints[situation.place] != nil
            #expect(isFound, "\(situation.place)")
            #expect(situation.title.count <= 16)
        }
        #expect(DemoScenario.situations.count <= 14)
    }

    @Test("Names fit types, and amounts are realistic")
    func names() throws {
        let suffixes = [
            "sql": ["-sql"], "ray": ["-ray"], "ray_service": ["-serve"], "job": ["-job"],
            "inference": ["-chat", "-embedding", "-model"],
        ]
        let scenario = DemoScenario(startSeconds: Self.start)
        scenario.advance(to: 600)
        let endpoints = Self.endpoints(scenario)
        #expect(Set(endpoints.values.compactMap(\.id?.string)).count == endpoints.count)
        var units = 0
        for (name, endpoint) in endpoints {
            let type = try #require(endpoint.type?.string)
            #expect(try #require(suffixes[type]).contains { name.hasSuffix($0) }, "\(name) is a \(type)")
            let numbers = endpoint.json.text.matches(of: #/"warm_up_num":(\d+)/#).compactMap { Int($0.1) }
            if type == "sql" { #expect(numbers.allSatisfy { (16...64).contains($0) }, "\(name)") }
            #expect(numbers.isEmpty == (type == "inference"))
            units += numbers.reduce(0, +)
        }
        #expect((300...900).contains(units))
    }

    @Test("The situations are there from the start, and last")
    func situations() throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        for second in [0, 600, 3600] {
            scenario.advance(to: second)
            let now = Self.start + Int64(second)
            let endpoints = Self.endpoints(scenario)
            func endpoint(_ name: String, _ status: String) throws -> (SimulatedEndpoint, minutes: Int64) {
                let endpoint = try #require(endpoints[name])
                #expect(endpoint.status?.string == status, "\(name)")
                return (endpoint, try Self.age(endpoint, now) / 60 - Int64(second / 60))
            }
            let (quota, quotaMinutes) = try endpoint("analytics/quarterly-close-sql", "CREATE_FAILED")
            #expect(quota.errorMsg?.string?.contains("quota is exceeded") == true)
            #expect(quotaMinutes == 40)
            #expect(try endpoint("analytics/legacy-import-job", "DELETE_FAILED").minutes == 3 * 24 * 60)
            #expect(try endpoint("recommendation/embedding-refresh-ray", "CREATING").minutes == 180)
            #expect(try endpoint("assistant/deepseek-chat", "CREATING").minutes == 31)
            let (theirs, _) = try endpoint("assistant/public-ocr-model", "CREATE_FAILED")
            #expect(theirs.visibility == "PUBLIC" && theirs.isOthers && theirs.errorCode != nil)
            let frozen = endpoints.filter { $0.key.hasPrefix("ad-ranking/") }
            #expect(frozen.count == 4 && frozen.values.allSatisfy { $0.status == "FROZEN" })
        }
    }

    @Test("An endpoint fails after two minutes and runs again within seven")
    func repair() throws {
        let scenario = DemoScenario(startSeconds: Self.start)
        let expected = [
            (89, "RUNNING"), (90, "UPDATING"), (120, "UPDATE_FAILED"), (359, "UPDATE_FAILED"), (360, "UPDATING"),
            (400, "RUNNING"), (4000, "RUNNING"),
        ]
        for (second, status) in expected {
            scenario.advance(to: second)
            let endpoint = try #require(Self.endpoints(scenario)["assistant/translation-chat"])
            #expect(endpoint.status?.string == status)
            #expect((endpoint.errorCode != nil) == (status == "UPDATE_FAILED"))
        }
    }

    @Test("Every transition is possible, and takes less than a minute unless it is a situation", arguments: 1...3)
    func transitions(seed: Int) throws {
        let allowed: [String: Set<String>] = [
            "new": ["CREATING"], "CREATING": ["RUNNING"], "RUNNING": ["UPDATING", "DELETING"],
            "UPDATING": ["RUNNING", "UPDATE_FAILED"], "UPDATE_FAILED": ["UPDATING"], "DELETING": ["gone"],
        ]
        let stuck = ["recommendation/embedding-refresh-ray", "assistant/deepseek-chat"]
        let scenario = DemoScenario(seed: seed, startSeconds: Self.start)
        var before = Self.endpoints(scenario)
        var seen: Set<String> = []
        for second in 1...1200 {
            scenario.advance(to: second)
            let endpoints = Self.endpoints(scenario)
            for name in Set(before.keys).union(endpoints.keys) {
                let (from, to) = (before[name]?.status?.string ?? "new", endpoints[name]?.status?.string ?? "gone")
                guard from != to else { continue }
                #expect(allowed[from]?.contains(to) == true, "\(name): \(from) to \(to)")
                seen.insert("\(from) to \(to)")
            }
            for (name, endpoint) in endpoints {
                let status = endpoint.status?.string ?? ""
                #expect((endpoint.errorCode != nil) == status.hasSuffix("_FAILED"))
                guard ["CREATING", "UPDATING", "DELETING"].contains(status), !stuck.contains(name) else { continue }
                #expect(try Self.age(endpoint, Self.start + Int64(second)) < 60, "\(name)")
            }
            before = endpoints
        }
        #expect(seen.count == allowed.values.reduce(0) { $0 + $1.count })
    }

    @Test("Within the first ten minutes, endpoints are created, updated and deleted", arguments: 1...5)
    func activity(seed: Int) {
        let scenario = DemoScenario(seed: seed, startSeconds: Self.start)
        var statuses: Set<String> = []
        for second in 1...600 {
            scenario.advance(to: second)
            for (name, endpoint) in Self.endpoints(scenario) where name.hasPrefix("sandbox/experiment-") {
                statuses.insert(endpoint.status?.string ?? "")
            }
        }
        #expect(statuses == ["CREATING", "RUNNING", "UPDATING", "DELETING"])
    }

    @Test("The scenario advances every second and catches up after a pause")
    func driver() async {
        let scenario = DemoScenario(startSeconds: Self.start)
        let clock = LeapingClock(leaps: [.seconds(1), .seconds(1), .seconds(98)])
        let expected = DemoScenario(startSeconds: Self.start)
        expected.advance(to: 100)
        await scenario.run(by: clock)
        #expect(Self.text(scenario) == Self.text(expected))
    }

    @Test("Equal seeds give equal scenarios")
    func determinism() {
        let scenarios = [1, 1, 2].map { DemoScenario(seed: $0, startSeconds: Self.start) }
        for scenario in scenarios { scenario.advance(to: 500) }
        #expect(Self.text(scenarios[0]) == Self.text(scenarios[1]))
        #expect(Self.text(scenarios[0]) != Self.text(scenarios[2]))
    }

    private static func text(_ scenario: DemoScenario) -> String {
        JSONValue.array(scenario.sources[0].cloud.workspaces.flatMap { $0.endpoints.map(\.json) }).text
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
