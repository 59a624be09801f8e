// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One source of the demonstration: a cloud, and how an exporter should be configured for it.
public struct DemoSource: Sendable {
    /// The source's name, which is also its region.
    public let name: String
    /// What its server serves.
    public let cloud: SimulatedCloud
    /// The token an exporter should use; for a source that shows a lock-out it is refused.
    public let token: String
    /// The workspaces an exporter should be told of; one of them may not exist.
    public let workspaces: [(id: String, name: String)]
}

/// What the demonstration shows: from the first request on endpoints in every status, and over time lives that move.
///
/// `cn-north-4` has workspaces of all sizes, one that is forbidden, one that does not exist, one that is throttled now
/// and then, and a slow one. The token of `cn-southwest-2` is refused.
public final class DemoScenario: Sendable {
    private struct Plan {
        var name: String
        var population: Int
        var isTroubled = false
        var isForbidden = false
    }

    private static let plans = [
        Plan(name: "analytics", population: 42, isTroubled: true),
        Plan(name: "training", population: 120, isTroubled: true),
        Plan(name: "recommendation", population: 357, isTroubled: true),
        Plan(name: "数据平台", population: 28),
        Plan(name: throttledName, population: 14),
        Plan(name: slowName, population: 64),
        Plan(name: "sandbox", population: 3),
        Plan(name: "finance", population: 9, isForbidden: true),
    ]
    private static let throttledName = "search"
    private static let slowName = "vision"
    /// How long the slow workspace takes for a page.
    private static let slowness = Duration.milliseconds(1500)

    /// The sources, each with a cloud of its own.
    public let sources: [DemoSource]

    private let throttledID: String
    private let lives: Mutex<[(cloud: SimulatedCloud, workspaceID: String, life: LifeCycle)]>

    /// A scenario whose present is the Unix time `startSeconds`; every answer takes `latency`.
    public init(seed: Int = 1, startSeconds: Int64, latency: Duration = .milliseconds(5)) {
        var generator = SeededGenerator(seed)
        var lives: [(cloud: SimulatedCloud, workspaceID: String, life: LifeCycle)] = []
        var ids: [String: String] = [:]

        func fill(_ cloud: SimulatedCloud, _ plans: [Plan]) -> [(id: String, name: String)] {
            plans.map { plan in
                let id = generator.uuid()
                let life = LifeCycle(
                    seed: Int(truncatingIfNeeded: generator.next()), startSeconds: startSeconds,
                    population: plan.population, isTroubled: plan.isTroubled)
                var workspace = SimulatedWorkspace(
                    id: id, name: .string(plan.name), isForbidden: plan.isForbidden, endpoints: life.endpoints)
                workspace.createTime = .string(Timestamp.zulu(startSeconds - 8_640_000))
                cloud.setWorkspace(workspace)
                lives.append((cloud, id, life))
                ids[plan.name] = id
                return (id, plan.name)
            }
        }

        let north = SimulatedCloud(tokens: ["demo-token"])
        north.latency = latency
        var northWorkspaces = fill(north, Self.plans)
        northWorkspaces.append((generator.uuid(), "retired"))
        let southwest = SimulatedCloud(tokens: ["another-token"])
        southwest.latency = latency
        let southwestWorkspaces = fill(
            southwest,
            [Plan(name: "analytics-west", population: 20), Plan(name: "training-west", population: 35)]
        )
        sources = [
            DemoSource(name: "cn-north-4", cloud: north, token: "demo-token", workspaces: northWorkspaces),
            DemoSource(
                name: "cn-southwest-2", cloud: southwest, token: "expired-demo-token",
                workspaces: southwestWorkspaces),
        ]
        throttledID = ids[Self.throttledName] ?? ""
        if let slow = ids[Self.slowName] { north.inject(.delay(Self.slowness), for: .workspace(slow)) }
        self.lives = Mutex(lives)
    }

    /// Lets time go on until `second` seconds after the start. The throttled workspace is throttled for the third
    /// minute of every five.
    public func advance(to second: Int) {
        lives.withLock { lives in
            for index in lives.indices {
                lives[index].life.advance(to: second)
                lives[index].cloud.setEndpoints(lives[index].life.endpoints, of: lives[index].workspaceID)
            }
            for source in sources.prefix(1) {
                source.cloud.clearFaults(ofWorkspace: throttledID)
                if (120..<180).contains(second % 300) {
                    source.cloud.inject(.throttled(retryAfter: 5), for: .workspace(throttledID))
                }
            }
        }
    }

    /// Advances once a second until the task is cancelled.
    public func run(by clock: some Clock<Duration> = ContinuousClock()) async {
        let start = clock.now
        while true {
            // The clock says which second it is, so that a machine that slept catches up.
            let second = Int(start.duration(to: clock.now) / .seconds(1))
            advance(to: second)
            do {
                try await clock.sleep(until: start.advanced(by: .seconds(second + 1)), tolerance: nil)
            } catch {
                return
            }
        }
    }
}
