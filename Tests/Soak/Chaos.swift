// SPDX-License-Identifier: Apache-2.0
import Simulator

/// Lets everything go wrong that the options ask for, by a seed.
struct Chaos {
    /// No two changes of a list of several pages come nearer than the longest poll takes: see ``World/change(_:)``.
    private static let calm: Int64 = 4_500_000

    private struct Schedule {
        var nextChange: Int64
        var nextFault: Int64
        var faultEnd: Int64?
    }

    private let stage: Stage
    private let log: LogPipe
    private var lanes: [Lane]
    private var schedules: [String: Schedule] = [:]
    private var nextNoise: Int64 = 0

    init(_ troubles: Troubles) {
        stage = troubles.stage
        log = troubles.child.log
        lanes = troubles.lanes()
    }

    /// Troubles that have not happened yet.
    var missing: [String] { lanes.flatMap { $0.counts.filter { $0.value == 0 }.keys }.sorted() }

    /// How often each trouble happened.
    var counts: [String: Int] { lanes.reduce(into: [:]) { $0.merge($1.counts) { $0 + $1 } } }

    /// Does what is due. To be called several times a second.
    mutating func step() throws {
        let now = WallTime.now
        for cloud in [stage.configured, stage.discovered] + stage.steady {
            let isSteady = stage.steady.contains { $0 === cloud }
            for workspace in cloud.workspaces { strike(workspace.id, of: cloud, now: now, isSteady: isSteady) }
        }
        for index in lanes.indices { try lanes[index].step(now, &stage.random) }
        try log.step(now)
        if !log.isRead { makeNoise(now) }
    }

    /// Ends every trouble.
    mutating func calmDown() throws {
        for index in lanes.indices { try lanes[index].finish() }
        for cloud in [stage.configured, stage.discovered] + stage.steady {
            cloud.clearFaults()
            cloud.latency = .zero
        }
    }

    /// Gives endpoints with an error another message now and then, so that there is something to log.
    mutating func makeNoise(_ now: Int64) {
        guard now >= nextNoise else { return }
        nextNoise = now + 2_000_000
        for workspace in stage.configured.workspaces where workspace.endpoints.count < World.pageSize {
            stage.configured.updateWorkspace(workspace.id) { stage.world.changeMessages(&$0.endpoints) }
        }
    }

    private func seconds(_ range: ClosedRange<Int>) -> Int64 {
        Int64(stage.random.number(range.lowerBound * 1000...range.upperBound * 1000)) * 1000
    }

    private mutating func strike(_ id: String, of cloud: SimulatedCloud, now: Int64, isSteady: Bool) {
        var schedule =
            schedules[id] ?? Schedule(nextChange: now + seconds(1...10), nextFault: now + seconds(2...30))
        if now >= schedule.nextChange {
            schedule.nextChange = now + Self.calm + seconds(0...8)
            cloud.updateWorkspace(id) { stage.world.change(&$0.endpoints) }
        }
        if let end = schedule.faultEnd, now >= end {
            cloud.clearFaults(ofWorkspace: id)
            schedule.faultEnd = nil
            schedule.nextFault = now + seconds(3...30)
        } else if !isSteady, schedule.faultEnd == nil, now >= schedule.nextFault {
            let scope = FaultScope(workspaceID: id, operation: .listEndpoints)
            for fault in faults() { cloud.inject(fault, times: Weather.repetition(&stage.random), for: scope) }
            schedule.faultEnd = now + seconds(1...12)
        }
        schedules[id] = schedule
    }

    private func faults() -> [Fault] {
        let cutsPages = stage.kinds.contains(.pages) && (!stage.kinds.contains(.weather) || stage.random.chance(20))
        if cutsPages { return Weather.cutPages(&stage.random) }
        return stage.kinds.contains(.weather) ? [Weather.fault(&stage.random)] : []
    }
}
