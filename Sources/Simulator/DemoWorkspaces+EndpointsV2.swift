// SPDX-License-Identifier: Apache-2.0

extension DemoWorkspaces {
    /// The workspace of the source with API v2.
    static let lake = DemoWorkspace(name: "lakehouse", endpoints: [], activity: .none)

    /// Returns the endpoints of API v2 of a workspace of the demo that starts at the Unix time `startSeconds`.
    static func endpointsV2(of workspace: String, startSeconds: Int64) -> [SimulatedEndpointV2] {
        guard workspace == lake.name else { return [] }
        let day: Int64 = 86_400
        let plans: [(name: String, type: String, status: String, seconds: Int64, mode: String, cores: Int)] = [
            ("orders-sql", "SparkSql", "RUNNING", 30 * day, "RESERVED", 64),
            ("nightly-etl", "SparkJob", "RUNNING", 21 * day, "HYBRID", 32),
            ("clickstream", "FlinkJob", "ABNORMAL", 2 * 3_600, "RESERVED", 16),
            ("lake-queries", "AuraJob", "RUNNING", 9 * day, "ONDEMAND", 0),
            ("training", "RayCluster", "RUNNING", 5 * day, "RESERVED", 48),
            ("trial-notebooks", "RayJob", "ON_DEMAND_FROZEN", day, "ONDEMAND", 0),
        ]
        return plans.enumerated().map { index, plan in
            let since = JSONValue.string(Timestamp.zulu(startSeconds - plan.seconds))
            var resources = [
                SimulatedEndpointV2.capacity("CPU", minimum: plan.cores, maximum: 2 * plan.cores, specCode: "c7.4u16g")
            ]
            if plan.type == "RayCluster" {
                resources.append(SimulatedEndpointV2.capacity("NPU", minimum: 8, maximum: 16, specCode: "npu.8"))
            }
            var endpoint = SimulatedEndpointV2(
                id: .string(SeededGenerator.hexID(of: 300 + index)), name: .string(plan.name),
                type: .string(plan.type), status: .string(plan.status),
                capacity: .array(plan.cores > 0 ? resources : []), resourceType: .string(plan.mode),
                createTime: .string(Timestamp.zulu(startSeconds - 40 * day)), updateTime: since,
                computeID: plan.mode == "ONDEMAND" ? nil : .string(SeededGenerator.hexID(of: poolNumber)))
            endpoint.displayName = plan.name == "nightly-etl" ? "每日加工" : ""
            endpoint.creator = ["user_name": "lin", "user_id": .string(SeededGenerator.hexID(of: 10))]
            if plan.status == "ABNORMAL" {
                endpoint.error = [
                    "error_code": "AIDataLake.01011001", "error_msg": "A task manager of the endpoint is unhealthy.",
                ]
            }
            return endpoint
        }
    }
}
