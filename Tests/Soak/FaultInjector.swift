// SPDX-License-Identifier: Apache-2.0
import Simulator

/// Injects the kinds of faults that the options select, by a seed.
struct FaultInjector {
    /// Microseconds between two changes of a list; more than a poll takes, see ``DataGenerator/change(_:)``.
    private static let changeInterval: Int64 = 4_500_000

    private struct Schedule {
        var nextChange: Int64
        var nextFault: Int64
        var faultEnd: Int64?
    }

    private let environment: SoakEnvironment
    private let log: LogPipe
    private var queues: [FaultQueue]
    private var schedules: [String: Schedule] = [:]
    private var nextLogLines: Int64 = 0

    init(_ schedule: FaultSchedule) {
        environment = schedule.environment
        log = schedule.child.log
        queues = schedule.queues()
    }

    /// Faults that have not happened yet.
    var missing: [String] { queues.flatMap { $0.counts.filter { $0.value == 0 }.keys }.sorted() }

    /// The number of times that each fault happened.
    var counts: [String: Int] { queues.reduce(into: [:]) { $0.merge($1.counts) { $0 + $1 } } }

    /// Begins and ends faults that are due. Call it several times a second.
    mutating func step() throws {
        let now = WallTime.now
        for cloud in environment.clouds {
            let isSteady = environment.steady.contains { $0 === cloud }
            for workspace in cloud.workspaces { update(workspace.id, of: cloud, now: now, isSteady: isSteady) }
        }
        for index in queues.indices { try queues[index].step(now, &environment.random) }
        try log.step(now)
        if !log.isRead { produceLogLines(now) }
    }

    /// Ends all faults.
    mutating func endAll() throws {
        for index in queues.indices { try queues[index].finish() }
        for cloud in environment.clouds {
            cloud.clearFaults()
            cloud.latency = .zero
        }
    }

    /// Changes the messages of endpoints with an error every two seconds, which the exporter logs.
    mutating func produceLogLines(_ now: Int64) {
        guard now >= nextLogLines else { return }
        nextLogLines = now + 2_000_000
        for workspace in environment.configured.workspaces where workspace.endpoints.count < DataGenerator.pageSize {
            environment.configured.updateWorkspace(workspace.id) { environment.generator.changeMessages(&$0.endpoints) }
        }
    }

    private func seconds(_ range: ClosedRange<Int>) -> Int64 {
        Int64(environment.random.number(range.lowerBound * 1000...range.upperBound * 1000)) * 1000
    }

    private mutating func update(_ id: String, of cloud: SimulatedCloud, now: Int64, isSteady: Bool) {
        var schedule =
            schedules[id] ?? Schedule(nextChange: now + seconds(1...10), nextFault: now + seconds(2...30))
        if now >= schedule.nextChange {
            schedule.nextChange = now + Self.changeInterval + seconds(0...8)
            cloud.updateWorkspace(id) {
                if cloud === environment.lake {
                    environment.generator.change(&$0.endpointsV2)
                    return environment.generator.changePools(of: &$0)
                }
                environment.generator.change(&$0.endpoints)
                environment.generator.changeCollected(&$0)
            }
        }
        if let end = schedule.faultEnd, now >= end {
            cloud.clearFaults(ofWorkspace: id)
            schedule.faultEnd = nil
            schedule.nextFault = now + seconds(3...30)
        } else if !isSteady, schedule.faultEnd == nil, now >= schedule.nextFault {
            let scope = FaultScope(workspaceID: id, operation: .listEndpoints)
            for fault in faults() {
                cloud.inject(fault, times: WorkspaceFaults.repetition(&environment.random), for: scope)
            }
            if cloud === environment.discovered { injectIntoCollected(id) }
            if cloud === environment.lake { injectIntoPools(id) }
            schedule.faultEnd = now + seconds(1...12)
        }
        schedules[id] = schedule
    }

    /// Injects faults into the list of service instances or of job runs of a workspace.
    private func injectIntoCollected(_ id: String) {
        let operation = environment.random.pick([SimulatedOperation.listServiceInstances, .listJobRuns])
        for fault in faults() {
            switch fault {
            // No client can detect a total of runs that is wrong.
            case .totalLies, .totalOfPage: if operation == .listJobRuns { continue }
            default: break
            }
            environment.discovered.inject(
                fault, times: WorkspaceFaults.repetition(&environment.random),
                for: FaultScope(workspaceID: id, operation: operation))
        }
    }

    /// Injects faults into the list of pools of a workspace, or into one kind of queries about them.
    private func injectIntoPools(_ id: String) {
        let operation = environment.random.pick([SimulatedOperation.listPools, .showPoolMetrics, .showEndpointLimit])
        for fault in faults() {
            environment.lake.inject(
                fault, times: WorkspaceFaults.repetition(&environment.random),
                for: FaultScope(workspaceID: id, operation: operation))
        }
    }

    private func faults() -> [Fault] {
        let cutsPages =
            environment.kinds.contains(.pages)
            && (!environment.kinds.contains(.workspaces) || environment.random.chance(20))
        if cutsPages { return WorkspaceFaults.cutPages(&environment.random) }
        return environment.kinds.contains(.workspaces) ? [WorkspaceFaults.fault(&environment.random)] : []
    }
}
