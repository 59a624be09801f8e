// SPDX-License-Identifier: Apache-2.0
import Simulator

// Endpoints of API v2.
extension DataGenerator {
    private static let engines = ["SparkSql", "SparkJob", "FlinkJob", "RayCluster", "AuraJob", "Quantum"]
    private static let resources = ["CPU", "CPU", "GPU", "NPU", "cpu", "FPGA", "处理器 A", ""]
    private static let modes = ["RESERVED", "RESERVED", "ONDEMAND", "HYBRID", "Spot", ""]
    private static let statuses = [
        "RUNNING", "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "FROZEN",
        "REBALANCING", "TRIAL_ENDED", "ON_DEMAND_FROZEN", "ABNORMAL", "INACTIVE",
    ]
    private static let names = ["etl", "湖", "he said \"hello\"", "two\nlines", ""]
    /// Values that are neither a text nor an object, an array or an integer.
    private static let odd: [JSONValue] = [true, .raw("1.5"), false]

    /// Returns a workspace with endpoints of API v2, mostly of several pages, and with compute pools.
    mutating func lakeWorkspace(_ index: Int) -> SimulatedWorkspace {
        var workspace = SimulatedWorkspace(id: random.uuid(), name: .string("lake-\(index)"))
        let rows = random.number(8...60)
        workspace.endpointsV2 = (0..<rows).map { _ in lakeEndpoint() }
        addPools(to: &workspace)
        return workspace
    }

    private mutating func lakeEndpoint() -> SimulatedEndpointV2 {
        let now = WallTime.now
        let created = now - Int64(random.number(60...8_000_000)) * 1_000_000
        var row = SimulatedEndpointV2(
            id: .string(random.chance(80) ? random.hex(32) : "odd-id-" + random.hex(12)),
            name: .string(random.pick(Self.names)), type: random.chance(3) ? .null : .string(random.pick(Self.engines)),
            createTime: .string(WallTime.text(created)),
            updateTime: .string(WallTime.text(created + Int64(random.number(0...50)) * 1_000_000)),
            computeID: random.chance(20) ? random.pick([nil, .null, ""]) : .string("pool-\(random.number(1...5))"))
        row.displayName = random.chance(50) ? "" : .string("显示 " + random.pick(Self.names))
        row.description = random.chance(20) ? .null : "Not exported."
        if random.chance(90) {
            row.creator = [
                "user_name": random.chance(10) ? .null : .string(random.pick(Self.names)),
                "user_id": .string(random.hex(32)),
            ]
        }
        if random.chance(3) { (row.createTime, row.updateTime) = (nil, .null) }
        if hasImplausibleTimes, random.chance(5) { row.updateTime = .string(implausibleTime(now)) }
        if hasImplausibleTimes, random.chance(5) { row.createTime = .string(implausibleTime(now)) }
        enter(random.pick(Self.statuses), &row)
        setCapacity(of: &row)
        if random.chance(2) { row.id = random.pick([nil, "", 7]) }
        if random.chance(10) { spoil(&row) }
        return row
    }

    /// Gives one field a wrong type.
    private mutating func spoil(_ row: inout SimulatedEndpointV2) {
        let fields: [WritableKeyPath<SimulatedEndpointV2, JSONValue?>] = [
            \.name, \.displayName, \.description, \.status, \.resourceType, \.createTime, \.updateTime, \.computeID,
            \.engine, \.capacity, \.creator, \.error,
        ]
        row[keyPath: random.pick(fields)] = random.pick(Self.odd)
    }

    private mutating func enter(_ status: String, _ row: inout SimulatedEndpointV2) {
        row.status = .string(status)
        row.error = random.chance(50) ? nil : .null
        if status.hasSuffix("_FAILED") || random.chance(3) {
            let code = random.pick(["AIDataLake.01011001", "AIDataLake.01011004", "odd \"code\""])
            row.error = ["error_code": .string(code), "error_msg": random.chance(50) ? "broken <b>" : .null]
        }
    }

    private mutating func setCapacity(of row: inout SimulatedEndpointV2) {
        row.resourceType = random.chance(5) ? .null : .string(random.pick(Self.modes))
        guard random.chance(80) else {
            row.capacity = random.pick([nil, .null, .array([])])
            return
        }
        row.capacity = .array((0..<random.number(1...3)).map { _ in capacity() })
    }

    private mutating func capacity() -> JSONValue {
        if random.chance(3) { return random.pick([.null, .object([]), "CPU", 7]) }
        let minimum = random.number(-1...400)
        func odd(_ value: JSONValue) -> JSONValue {
            random.chance(3) ? random.pick(Self.odd + ["8", .null]) : value
        }
        // An integer may have a fraction of zero.
        return [
            "type": odd(.string(random.pick(Self.resources))),
            "minimum_capacity": odd(random.chance(5) ? .raw("\(minimum).0") : .int(minimum)),
            "maximum_capacity": random.chance(20) ? nil : odd(.int(minimum + random.number(0...400))),
            "spec_code": random.chance(10) ? nil : odd(.string(random.pick(["c7.4u16g", "npu.8", ""]))),
            "use_ondemand_resource": .bool(random.chance(50)),
        ]
    }

    /// Changes one row of `rows`; see ``change(_:)-(inout [SimulatedEndpoint])``.
    mutating func change(_ rows: inout [SimulatedEndpointV2]) {
        guard !rows.isEmpty else { return rows.append(lakeEndpoint()) }
        let place = random.number(0...rows.count - 1)
        let now = JSONValue.string(WallTime.text(WallTime.now))
        switch random.number(0...9) {
        case 0, 1, 2:
            enter(random.pick(Self.statuses), &rows[place])
            if rows[place].updateTime?.string != nil { rows[place].updateTime = now }
        case 3, 4: if rows.count < 90 { rows.insert(lakeEndpoint(), at: place) } else { rows.remove(at: place) }
        case 5: rows.remove(at: place)
        case 6: spoil(&rows[place])
        case 7: setCapacity(of: &rows[place])
        case 8: rows.swapAt(place, random.number(0...rows.count - 1))
        default:
            guard rows.count <= Self.pageSize else { return setCapacity(of: &rows[place]) }
            rows = (0..<random.number(0...Self.pageSize)).map { _ in lakeEndpoint() }
        }
    }
}
