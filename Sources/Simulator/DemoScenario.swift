// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A source of the demo: a cloud and the exporter's settings for it.
public struct DemoSource: Sendable {
    /// The source's name, which is also its region.
    public let name: String
    /// The simulated cloud.
    public let cloud: SimulatedCloud
    /// The token for the exporter; a source that demonstrates a lockout rejects it.
    public let token: String
    /// The workspaces for the exporter; one of them may not exist.
    public let workspaces: [(id: String, name: String)]
}

/// The demo's data: endpoints in every status from the first request on, which change over time.
///
/// `cn-north-4` has workspaces of all sizes, including a forbidden, a nonexistent, an intermittently throttled and a
/// slow one. The token of `cn-southwest-2` is rejected.
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
    /// The latency of a page of the slow workspace.
    private static let slowLatency = Duration.milliseconds(1500)

    /// The sources, each with its own cloud.
    public let sources: [DemoSource]

    private let throttledID: String
    private let lifeCycles: Mutex<[(cloud: SimulatedCloud, workspaceID: String, lifeCycle: LifeCycle)]>

    /// Creates a scenario that starts at the Unix time `startSeconds`; every response takes `latency`, except
    /// those of the slow workspace.
    public init(seed: Int = 1, startSeconds: Int64, latency: Duration = .milliseconds(5)) {
        var generator = SeededGenerator(seed)
        var lifeCycles: [(cloud: SimulatedCloud, workspaceID: String, lifeCycle: LifeCycle)] = []
        var ids: [String: String] = [:]

        func fill(_ cloud: SimulatedCloud, _ plans: [Plan]) -> [(id: String, name: String)] {
            plans.map { plan in
                let id = generator.uuid()
                let lifeCycle = LifeCycle(
                    seed: Int(truncatingIfNeeded: generator.next()), startSeconds: startSeconds,
                    population: plan.population, isTroubled: plan.isTroubled)
                var workspace = SimulatedWorkspace(
                    id: id, name: .string(plan.name), isForbidden: plan.isForbidden, endpoints: lifeCycle.endpoints)
                workspace.createTime = .string(Timestamp.zulu(startSeconds - 8_640_000))
                cloud.setWorkspace(workspace)
                lifeCycles.append((cloud, id, lifeCycle))
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
        if let slow = ids[Self.slowName] { north.inject(.delay(Self.slowLatency), for: .workspace(slow)) }
        self.lifeCycles = Mutex(lifeCycles)
    }

    /// Advances to `second` seconds after the start. The throttled workspace is throttled in the third minute of every
    /// five.
    public func advance(to second: Int) {
        lifeCycles.withLock { lifeCycles in
            for index in lifeCycles.indices {
                lifeCycles[index].lifeCycle.advance(to: second)
                lifeCycles[index].cloud.setEndpoints(
                    lifeCycles[index].lifeCycle.endpoints, of: lifeCycles[index].workspaceID)
            }
            for source in sources.prefix(1) {
                source.cloud.clearFaults(ofWorkspace: throttledID)
                if (120..<180).contains(second % 300) {
                    source.cloud.inject(.throttled(retryAfter: 5), for: .workspace(throttledID))
                }
            }
        }
    }

    /// Advances every second until the task is canceled.
    public func run(by clock: some Clock<Duration> = ContinuousClock()) async {
        let start = clock.now
        while true {
            // Uses the clock's time, so that a machine catches up after sleeping.
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
