// SPDX-License-Identifier: Apache-2.0
import Glibc

extension DemoWorkspaces {
    /// The number of the pool that the endpoints of API v2 use, from which its id is made.
    static let poolNumber = 320

    /// One kind of resource of a pool of the demo.
    private struct PoolResource {
        /// `CPU` or `NPU`.
        let type: String
        let specCode: String
        /// Cores or cards.
        let amount: Int
        /// Of `amount`, what is not promised to an endpoint.
        let allocatable: Int
        /// The average utilization in percent.
        let utilization: Double
    }

    /// A pool of the demo.
    private struct PoolPlan {
        let name: String
        let chargeMode: String
        let status: String
        /// How long it has been in its status at the start of the demo, in seconds.
        let seconds: Int64
        let resources: [PoolResource]
    }

    private static func cores(_ amount: Int, allocatable: Int, utilization: Double) -> PoolResource {
        PoolResource(
            type: "CPU", specCode: "aidatalake.cpu.x86.general.4u16g", amount: amount, allocatable: allocatable,
            utilization: utilization)
    }

    private static func cards(_ amount: Int, allocatable: Int, utilization: Double) -> PoolResource {
        PoolResource(
            type: "NPU", specCode: "aidatalake.npu.910b.8u64g", amount: amount, allocatable: allocatable,
            utilization: utilization)
    }

    private static let poolPlans = [
        // The endpoints' pool: what they reserve is not allocatable.
        PoolPlan(
            name: "production", chargeMode: "postPaid", status: "RUNNING", seconds: 40 * 86_400,
            resources: [
                cores(256, allocatable: 96, utilization: 62), cards(16, allocatable: 8, utilization: 57),
            ]),
        PoolPlan(
            name: "reporting", chargeMode: "prePaid", status: "RUNNING", seconds: 90 * 86_400,
            resources: [cores(128, allocatable: 112, utilization: 7)]),
        PoolPlan(
            name: "experiments", chargeMode: "postPaid", status: "RUNNING", seconds: 12 * 86_400,
            resources: [cores(64, allocatable: 0, utilization: 86)]),
        PoolPlan(
            name: "npu-trial", chargeMode: "postPaid", status: "FAILED", seconds: 3 * 3_600,
            resources: [cards(8, allocatable: 0, utilization: 0)]),
        PoolPlan(
            name: "archive", chargeMode: "prePaid", status: "FREEZING", seconds: 5 * 3_600,
            resources: [cores(32, allocatable: 32, utilization: 0)]),
        PoolPlan(
            name: "quarterly-close", chargeMode: "postPaid", status: "SCALEOUT", seconds: 4 * 60,
            resources: [cores(96, allocatable: 24, utilization: 71)]),
    ]

    /// Returns the compute pools of a workspace, `second` seconds after the start of the demo at the Unix time
    /// `startSeconds`. Their utilization changes every minute.
    static func pools(of workspace: String, startSeconds: Int64, second: Int) -> [SimulatedPool] {
        guard workspace == lake.name else { return [] }
        return poolPlans.enumerated().map { index, plan in
            var pool = SimulatedPool(
                id: .string(SeededGenerator.hexID(of: poolNumber + index)), name: .string(plan.name),
                chargeMode: .string(plan.chargeMode),
                capacity: .array(
                    plan.resources.map { SimulatedPool.capacity($0.type, $0.amount, specCode: $0.specCode) }),
                status: .string(plan.status), createTime: .string(Timestamp.zulu(startSeconds - 100 * 86_400)),
                updateTime: .string(Timestamp.zulu(startSeconds - plan.seconds)))
            pool.creator = ["user_name": "lin", "user_id": .string(SeededGenerator.hexID(of: 10))]
            if plan.status == "FAILED" {
                pool.error = [
                    "error_code": "AIDataLake.01020004",
                    "error_msg": "The requested cards are sold out in this region.",
                ]
            }
            pool.allocatable = plan.resources.map { resource in
                // The API counts thousandths of a core.
                let scale = resource.type == "CPU" ? 1_000 : 1
                return SimulatedPool.allocatable(
                    resource.type, scale * resource.allocatable, of: scale * resource.amount,
                    specCode: resource.specCode)
            }
            if plan.status == "RUNNING" || plan.status == "SCALEOUT" {
                let now = startSeconds + Int64(second)
                for (number, resource) in plan.resources.enumerated() {
                    let seed = 10 * index + number
                    pool.utilization[resource.type] = points(around: resource.utilization, seed: seed, now: now)
                }
                let cpu = plan.resources[0].utilization
                // Memory is held longer than cores.
                pool.utilization["MEM"] = points(around: min(94, cpu * 0.8 + 20), seed: 10 * index + 9, now: now)
            }
            return pool
        }
    }

    /// Returns a point for each of the last twenty whole minutes: a wave with a period of 50 minutes and some noise.
    private static func points(around average: Double, seed: Int, now: Int64) -> [SimulatedPool.Point] {
        let last = now / 60 - 1
        return (last - 19...last).map { minute in
            var generator = SeededGenerator(seed, Int(minute))
            let wave = sin(2 * Double.pi * (Double(minute) / 50 + Double(seed) * 0.17))
            let noise = Double(generator.number(-100...100)) / 100
            let amplitude = average / 10
            let percent = max(0, min(100, average + amplitude * (wave + 0.4 * noise)))
            let tenths = Int((percent * 10).rounded())
            return SimulatedPool.Point(
                time: .int(Int(minute * 60)), value: .raw("\(tenths / 10).\(tenths % 10)"))
        }
    }
}
