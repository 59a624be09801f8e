// SPDX-License-Identifier: Apache-2.0
import Simulator

/// Generates and changes the workspaces and rows of the soak.
struct DataGenerator {
    /// The configured `poll.page_size`.
    static let pageSize = 20
    private static let types = ["sql", "inference", "ray", "job", "notebook", "vector_search"]
    private static let statuses = [
        "RUNNING", "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "FROZEN",
        "REBALANCING", "TRIAL_ENDED", "ON_DEMAND_FROZEN", "ABNORMAL", "INACTIVE",
    ]
    private static let names = [
        "etl", "he said \"hello\"", "back\\slash\\", "two\nlines", "数据平台 推理", "tab\there", "emoji \u{1F680}", "",
    ]

    var random: SoakRandom
    /// Whether some rows have implausible times.
    var hasImplausibleTimes = false

    /// Returns a workspace with rows; a third of the workspaces have several pages.
    mutating func workspace(_ index: Int) -> SimulatedWorkspace {
        let id = random.uuid()
        let rows = random.chance(35) ? random.number(21...80) : random.number(0...18)
        let name = index % 7 == 6 ? "odd \"\(index)\" \\ 数据" : "workspace-\(index)"
        return SimulatedWorkspace(id: id, name: .string(name), endpoints: (0..<rows).map { _ in endpoint() })
    }

    /// Returns a random row.
    mutating func endpoint() -> SimulatedEndpoint {
        let now = WallTime.now
        let type = random.pick(Self.types)
        let created = now - Int64(random.number(60...8_000_000)) * 1_000_000
        var row = SimulatedEndpoint(
            visibility: random.chance(10) ? "PUBLIC" : random.chance(10) ? nil : "PRIVATE",
            id: .string(random.chance(80) ? random.hex(32) : "odd-id-" + random.hex(12)),
            name: .string(random.pick(Self.names)), type: random.chance(3) ? .null : .string(type),
            createTime: .string(WallTime.text(created)),
            updateTime: .string(WallTime.text(created + Int64(random.number(0...50)) * 1_000_000)))
        if random.chance(90) {
            row.owner = [
                "user_name": random.chance(10) ? .null : .string(random.pick(Self.names)),
                "user_id": .string(random.hex(32)),
            ]
        }
        if random.chance(30) {
            row.cap = ["cap_id": .string(random.hex(32)), "version_id": random.chance(50) ? nil : "v \"1\""]
        }
        if random.chance(3) {
            row.createTime = nil
            row.updateTime = .null
        }
        if hasImplausibleTimes, random.chance(5) { row.updateTime = .string(implausibleTime(now)) }
        if hasImplausibleTimes, random.chance(5) { row.createTime = .string(implausibleTime(now)) }
        enter(random.pick(Self.statuses), &row)
        if random.chance(2) { row.id = random.chance(50) ? nil : "" }
        if random.chance(2) { row.rawOverrides = [("status", "[7]")] }
        row.isOthers = random.chance(3)
        addResources(&row)
        return row
    }

    /// Returns an implausible or future time.
    mutating func implausibleTime(_ now: Int64) -> String {
        let hour: Int64 = 3_600_000_000
        return random.pick([
            "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", WallTime.text(now + 2 * hour),
            WallTime.text(now + 72 * hour),
        ])
    }

    /// Changes the message of each row with an error, to almost the maximum length.
    mutating func changeMessages(_ rows: inout [SimulatedEndpoint]) {
        for index in rows.indices where rows[index].errorCode?.string != nil {
            let words = repeatElement("The service is busy.", count: 40).joined(separator: " ")
            rows[index].errorMsg = .string("Attempt \(random.hex(16)) failed. \(words)")
        }
    }

    private mutating func enter(_ status: String, _ row: inout SimulatedEndpoint) {
        row.status = .string(status)
        row.errorCode = random.chance(50) ? nil : .null
        row.errorMsg = nil
        if status.hasSuffix("_FAILED") || random.chance(3) {
            row.errorCode = .string(
                random.pick(["dataartsfabric.00010011", "dataartsfabric.00010024", "odd \"code\""]))
            row.errorMsg = "The service is busy."
        }
    }

    private mutating func addResources(_ row: inout SimulatedEndpoint) {
        func unit(_ specs: [String], isDPU: Bool) -> JSONValue {
            let warm = random.number(0...400)
            return [
                "spec_code": random.chance(5) ? nil : .string(random.pick(specs)), "warm_up_num": .int(warm),
                "max_num": random.chance(20) ? nil : .int(warm + random.number(0...400)),
                "use_public_resource": isDPU && random.chance(60) ? .bool(random.chance(50)) : nil,
            ]
        }
        row.reservedResource = nil
        row.rayResource = nil
        switch row.type?.string {
        case "sql": row.reservedResource = ["dpu": unit(["fabric.sql.dcu.std"], isDPU: true)]
        case "inference":
            row.reservedResource = ["mu": ["spec_code": "mu", "min": 0, "max": .int(random.number(1...64))]]
        case "ray":
            row.reservedResource = ["apu": unit(["a1x", "a2x"], isDPU: false), "dpu": .null]
            let workers = (0..<random.number(0...3)).map { _ -> JSONValue in
                [
                    "spec_code": .string(random.pick(["w1", "w2"])), "min_replicas": .int(random.number(0...8)),
                    "max_replicas": random.chance(20) ? nil : .int(random.number(8...24)),
                ]
            }
            row.rayResource = ["head_group_spec": ["spec_code": "head"], "worker_group_spec": .array(workers)]
        case "job": row.reservedResource = random.chance(20) ? .null : ["apu": unit(["a1x"], isDPU: false)]
        default: break
        }
    }

    /// Changes one row of `rows`. A client cannot detect a change of several rows between two pages, so only a list of
    /// one page may change as a whole.
    mutating func change(_ rows: inout [SimulatedEndpoint]) {
        let now = WallTime.now
        guard !rows.isEmpty else { return rows.append(endpoint()) }
        let place = random.number(0...rows.count - 1)
        switch random.number(0...9) {
        case 0, 1, 2, 4:
            enter(random.pick(Self.statuses), &rows[place])
            if rows[place].updateTime?.string != nil { rows[place].updateTime = .string(WallTime.text(now)) }
        case 3: if rows.count < 90 { rows.insert(endpoint(), at: place) } else { rows.remove(at: place) }
        case 5: rows.remove(at: place)
        case 6: if rows[place].updateTime?.string != nil { rows[place].updateTime = .string(WallTime.text(now)) }
        case 7: addResources(&rows[place])
        case 8: rows.swapAt(place, random.number(0...rows.count - 1))
        default:
            guard rows.count <= Self.pageSize else { return addResources(&rows[place]) }
            rows = (0..<random.number(0...Self.pageSize)).map { _ in endpoint() }
        }
    }
}
