// SPDX-License-Identifier: Apache-2.0
import Simulator

// Service instances and job runs.
extension DataGenerator {
    private static let serviceStatuses = [
        "RUNNING", "RUNNING", "PENDING", "CREATING", "UPDATING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED",
        "DELETING", "DELETED", "TRIAL_ENDED", "REBALANCING",
    ]
    private static let runStatuses = [
        "PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "SUCCEEDED", "STOPPED", "FAILED",
        "REBALANCING",
    ]

    /// Returns a workspace that also has service instances, sometimes of several pages, and job runs.
    mutating func collectedWorkspace(_ index: Int) -> SimulatedWorkspace {
        var workspace = workspace(index)
        let services = random.chance(30) ? random.number(21...50) : random.number(1...12)
        workspace.serviceInstances = (0..<services).map { _ in service() }
        workspace.jobRuns = (0..<random.number(1...60)).map { _ in run() }
        return workspace
    }

    private mutating func service() -> SimulatedServiceInstance {
        let created = WallTime.now - Int64(random.number(60...8_000_000)) * 1_000_000
        var service = SimulatedServiceInstance(
            id: .string(random.hex(32)), name: .string(random.pick(["对话模型", "chat", "he said \"hello\"", ""])),
            type: random.chance(10) ? nil : .string(random.pick(["LLM_MODEL", "PGSQL_SERVICE"])),
            visibility: random.chance(10) ? nil : .string(random.pick(["PRIVATE", "PUBLIC"])),
            endpointID: random.chance(10) ? .null : .string(random.hex(32)),
            createTime: .string(WallTime.text(created)),
            updateTime: .string(WallTime.text(created + Int64(random.number(0...50)) * 1_000_000)))
        enter(&service)
        return service
    }

    private mutating func enter(_ service: inout SimulatedServiceInstance) {
        service.status = .string(random.pick(Self.serviceStatuses))
        service.errorCode = service.status == "FAILED" || random.chance(3) ? "dataartsfabric.00010011" : nil
    }

    private mutating func run() -> SimulatedJobRun {
        let age = Int64(random.number(60...8_000_000)) * 1_000_000
        let created = (WallTime.now - age) / 1_000_000 * 1_000_000
        return SimulatedJobRun(
            id: .string(random.hex(32)), name: .string(random.pick(["每日作业", "run"])),
            status: .string(random.pick(Self.runStatuses)), createdSeconds: created / 1_000_000,
            createTime: .string(WallTime.text(created)),
            updateTime: random.chance(10) ? .null : .string(WallTime.text(created + 1_000_000)))
    }

    /// Changes one service instance, and any number of job runs. Does nothing to a workspace without them.
    mutating func changeCollected(_ workspace: inout SimulatedWorkspace) {
        guard !workspace.jobRuns.isEmpty else { return }
        let place = random.number(0...workspace.serviceInstances.count)
        if place == workspace.serviceInstances.count || workspace.serviceInstances.count < 2 {
            if place < 60 { workspace.serviceInstances.insert(service(), at: 0) }
        } else if random.chance(30) {
            workspace.serviceInstances.remove(at: place)
        } else {
            enter(&workspace.serviceInstances[place])
            workspace.serviceInstances[place].updateTime = .string(WallTime.text(WallTime.now))
        }
        for _ in 0..<random.number(0...5) {
            workspace.jobRuns[random.number(0...workspace.jobRuns.count - 1)].status = .string(
                random.pick(Self.runStatuses))
        }
        if random.chance(50), workspace.jobRuns.count < 80 { workspace.jobRuns.append(run()) }
        if random.chance(40), workspace.jobRuns.count > 1 { workspace.jobRuns.removeFirst() }
    }
}
