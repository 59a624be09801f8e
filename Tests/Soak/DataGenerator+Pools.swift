// SPDX-License-Identifier: Apache-2.0
import Simulator

// Compute pools of API v2.
extension DataGenerator {
    private static let statuses = [
        "RUNNING", "RUNNING", "RUNNING", "PREPARING", "RELEASING", "SCALEIN", "SCALEOUT", "FREEZING", "DELETED",
        "DELETING", "FAILED", "ORDER_PAYING", "REBALANCING",
    ]
    private static let names = ["生产", "reporting", "he said \"hello\"", "two\nlines", ""]
    private static let types = ["CPU", "CPU", "GPU", "NPU", "cpu", "FPGA"]
    /// Few, because each running pool needs at most five requests in every interval.
    private static let maximumPools = 24

    /// Adds pools to a workspace, sometimes of several pages.
    mutating func addPools(to workspace: inout SimulatedWorkspace) {
        let count = random.chance(20) ? random.number(21...Self.maximumPools) : random.number(1...6)
        workspace.pools = (0..<count).map { _ in pool() }
    }

    private mutating func pool() -> SimulatedPool {
        let created = WallTime.now - Int64(random.number(60...8_000_000)) * 1_000_000
        var pool = SimulatedPool(
            id: .string(random.chance(90) ? random.uuid() : "odd,id " + random.hex(8)),
            name: random.chance(5) ? .null : .string(random.pick(Self.names) + random.hex(2)),
            chargeMode: random.chance(5) ? nil : .string(random.pick(["prePaid", "postPaid", "postPaid", "spot"])),
            status: .string(random.pick(Self.statuses)), createTime: .string(WallTime.text(created)),
            updateTime: .string(WallTime.text(created + 1_000_000)))
        setCapacity(of: &pool)
        setUse(of: &pool)
        if random.chance(2) { pool.id = random.pick([nil, "", 7]) }
        if random.chance(5) { spoil(&pool) }
        return pool
    }

    /// Gives one field a wrong type.
    private mutating func spoil(_ pool: inout SimulatedPool) {
        let fields: [WritableKeyPath<SimulatedPool, JSONValue?>] = [
            \.name, \.description, \.chargeMode, \.status, \.createTime, \.updateTime, \.capacity, \.error,
        ]
        pool[keyPath: random.pick(fields)] = random.pick([true, .raw("1.5")])
    }

    private mutating func setCapacity(of pool: inout SimulatedPool) {
        guard random.chance(90) else {
            pool.capacity = random.pick([nil, .null, .array([])])
            return
        }
        pool.capacity = .array(
            (0..<random.number(1...3)).map { _ in
                if random.chance(3) { return random.pick([.null, .object([]), "CPU"]) }
                let amount: JSONValue = random.chance(5) ? .raw("8.0") : .int(random.number(0...512))
                return [
                    "type": random.chance(3) ? true : .string(random.pick(Self.types)),
                    "capacity": random.chance(5) ? random.pick([nil, "8"]) : amount,
                    "spec_code": random.chance(10) ? nil : .string(random.pick(["c7.4u16g", "npu.8", ""])),
                ]
            })
        pool.error = random.chance(10) ? ["error_code": "AIDataLake.01011001", "error_msg": .null] : nil
    }

    /// Replaces what is allocatable, and the points of the last minutes.
    private mutating func setUse(of pool: inout SimulatedPool) {
        pool.allocatable = (0..<random.number(0...3)).map { _ in
            SimulatedPool.allocatable(
                random.pick(["CPU", "GPU", "NPU", "MEM"]), random.number(0...64_000), of: 64_000,
                specCode: random.pick(["c7.4u16g", "npu.8"]))
        }
        let now = Int(WallTime.now / 1_000_000)
        for metric in ["CPU", "MEM", "GPU", "NPU"] {
            guard random.chance(85) else {
                pool.utilization[metric] = []
                continue
            }
            // The service need not order them. Later points of another name or without a value do not count.
            var points = [0, 60, 120].map { age in
                SimulatedPool.Point(time: .int(now - age), value: .int(random.number(0...100)))
            }
            points.append(.init(time: .int(now - 1), value: .int(50), name: "another pool"))
            points.append(.init(time: .int(now - 2), value: .null))
            points.shuffle(using: &random)
            pool.utilization[metric] = points
        }
    }

    /// Changes one pool, and the use of all.
    mutating func changePools(of workspace: inout SimulatedWorkspace) {
        for index in workspace.pools.indices { setUse(of: &workspace.pools[index]) }
        guard !workspace.pools.isEmpty else { return workspace.pools.append(pool()) }
        let place = random.number(0...workspace.pools.count - 1)
        switch random.number(0...5) {
        case 0, 1: workspace.pools[place].status = .string(random.pick(Self.statuses))
        case 2: if workspace.pools.count < Self.maximumPools { workspace.pools.insert(pool(), at: place) }
        case 3: if workspace.pools.count > 1 { workspace.pools.remove(at: place) }
        case 4: workspace.pools[place].name = .string(random.pick(Self.names) + random.hex(2))
        default: setCapacity(of: &workspace.pools[place])
        }
    }
}
