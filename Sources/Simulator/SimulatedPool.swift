// SPDX-License-Identifier: Apache-2.0

/// A compute pool of API v2 (AI DataLake): its row, its utilization and what is allocatable. Fields that are nil are
/// omitted; those that are `.null` are sent as `null`.
public struct SimulatedPool: Sendable {
    /// A value of a metric.
    public struct Point: Sendable {
        /// Seconds since the epoch. A point without an integer is in every window.
        public var time: JSONValue?
        /// The utilization in percent.
        public var value: JSONValue?
        /// The name that the value is sent with; nil for that of the pool.
        public var name: JSONValue?

        /// Creates a point; nil fields are omitted, except the name.
        public init(time: JSONValue?, value: JSONValue?, name: JSONValue? = nil) {
            self.time = time
            self.value = value
            self.name = name
        }
    }

    /// Fields of the API; times in the format to send.
    public var id, name, description, chargeMode, status, createTime, updateTime: JSONValue?
    /// Objects and arrays of the API with the API's member names.
    public var capacity, properties, tags, prometheusConfig, creator, error: JSONValue?
    /// The points of each metric (`CPU`, `MEM`, `GPU`, `NPU`) in the order to send. They do not depend on the step.
    public var utilization: [String: [Point]] = [:]
    /// The rows of the response to `endpoint-limit`, which do not depend on the type of engine.
    public var allocatable: [JSONValue] = []

    /// Creates a row; nil fields are omitted.
    public init(
        id: JSONValue? = nil, name: JSONValue? = nil, chargeMode: JSONValue? = nil, capacity: JSONValue? = nil,
        status: JSONValue? = nil, createTime: JSONValue? = nil, updateTime: JSONValue? = nil, error: JSONValue? = nil
    ) {
        self.id = id
        self.name = name
        self.chargeMode = chargeMode
        self.capacity = capacity
        self.status = status
        self.createTime = createTime
        self.updateTime = updateTime
        self.error = error
    }

    /// Returns a row of the capacity: cores of a CPU, or cards.
    public static func capacity(_ type: String, _ amount: Int, specCode: String? = nil) -> JSONValue {
        ["type": .string(type), "capacity": .int(amount), "spec_code": specCode.map { .string($0) }]
    }

    /// Returns a row of what is allocatable, and its size. `memory` is in MB per core or card.
    /// - Parameter type: `CPU`, whose amounts are in thousandths of a core, else amounts of cards.
    public static func allocatable(
        _ type: String, _ amount: Int, of size: Int, specCode: String, memory: Int = 4_096
    ) -> JSONValue {
        func amounts(_ amount: Int) -> JSONValue {
            type == "CPU"
                ? ["cpu": .int(amount), "mem": .int(amount * memory / 1_000), "accelerator": 0]
                : ["cpu": 0, "mem": .int(amount * memory), "accelerator": .int(amount)]
        }
        return [
            "type": .string(type), "spec_code": .string(specCode), "compute_allocatable": amounts(amount),
            "compute_size": amounts(size), "worker_sizes": [],
        ]
    }

    /// The row to send.
    public var json: JSONValue {
        [
            "id": id, "name": name, "description": description, "charge_mode": chargeMode, "capacity": capacity,
            "properties": properties, "tags": tags, "prometheus_config": prometheusConfig, "update_time": updateTime,
            "create_time": createTime, "status": status, "creator": creator, "error": error,
        ]
    }
}

extension ListQuery {
    private static let metrics = ["CPU", "MEM", "NPU", "GPU"]
    private static let engineTypes = [
        "AuraJob", "AuraJobV2", "SparkSql", "SparkJob", "FlinkJob", "RayJob", "RayCluster", "RayService",
    ]

    /// Whether a pool matches the filters; names match in part.
    func matches(_ pool: SimulatedPool) -> Bool {
        if let wanted = filter("name"), pool.name?.string?.contains(wanted) != true { return false }
        if let wanted = filter("compute_id"), pool.id?.string != wanted { return false }
        return true
    }

    /// Returns the response to a query of one metric of some pools. All parameters are mandatory. Values have the pools'
    /// names and are grouped by their time.
    func utilization(of pools: [SimulatedPool]) throws(APIResponse) -> JSONValue {
        _ = try required("step", oneOf: ["60", "3600", "86400"])
        let metric = try required("metric_name", oneOf: Self.metrics)
        let start = try requiredSeconds("start_time")
        let end = try requiredSeconds("end_time")
        guard start <= end else { throw .badRequest("start_time must not be after end_time") }
        let ids = try required("compute_ids")
        guard ids.utf8.count <= 1_110 else { throw .badRequest("compute_ids must have 1 to 1110 characters") }
        let wanted = ids.split(separator: ",").map(String.init)
        var rows: [(time: JSONValue?, values: [JSONValue])] = []
        for pool in pools where wanted.contains(pool.id?.string ?? "") {
            for point in pool.utilization[metric] ?? [] {
                if let seconds = point.time?.number, !(start...end).contains(seconds) { continue }
                let value: JSONValue = ["compute_name": point.name ?? pool.name, "compute_value": point.value]
                if let index = rows.firstIndex(where: { $0.time == point.time }) {
                    rows[index].values.append(value)
                } else {
                    rows.append((point.time, [value]))
                }
            }
        }
        return ["data": .array(rows.map { ["collection_time": $0.time, "values": .array($0.values)] })]
    }

    /// Returns the response about what is allocatable of one pool: an array without an object around it.
    func allocatable(of pools: [SimulatedPool]) throws(APIResponse) -> JSONValue {
        _ = try required("engine_type", oneOf: Self.engineTypes)
        let id = try required("compute_id")
        return .array(pools.first { $0.id?.string == id }?.allocatable ?? [])
    }

    private func requiredSeconds(_ name: String) throws(APIResponse) -> Int {
        _ = try required(name)
        return try number(name, in: 0...2_147_483_647) ?? 0
    }

    private func required(_ name: String, oneOf values: [String]? = nil) throws(APIResponse) -> String {
        guard let value = filter(name) else { throw .badRequest("\(name) is required") }
        if let values, !values.contains(value) { throw .badRequest(Self.unreadable) }
        return value
    }
}
