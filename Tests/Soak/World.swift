// SPDX-License-Identifier: Apache-2.0
import FabricSimulator

/// Makes the workspaces and rows of the soak, and changes them.
struct World {
    /// Rows of one page, as the exporter is configured.
    static let pageSize = 20
    private static let types = ["sql", "inference", "ray", "job", "notebook", "vector_search"]
    private static let statuses = [
        "RUNNING", "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "FROZEN",
        "REBALANCING",
    ]
    private static let names = [
        "etl", "he said \"hello\"", "back\\slash\\", "two\nlines", "数据平台 推理", "tab\there", "emoji \u{1F680}", "",
    ]

    var random: SoakRandom
    /// Whether some rows have meaningless times.
    var hasOddTimes = false

    /// A workspace with rows; one of three takes several pages to list.
    mutating func workspace(_ index: Int) -> SimulatedWorkspace {
        let id = random.uuid()
        let rows = random.chance(35) ? random.number(21...80) : random.number(0...18)
        let name = index % 7 == 6 ? "odd \"\(index)\" \\ 数据" : "workspace-\(index)"
        return SimulatedWorkspace(id: id, name: .value(name), endpoints: (0..<rows).map { _ in endpoint() })
    }

    /// A row of any kind.
    mutating func endpoint() -> SimulatedEndpoint {
        let now = WallTime.now
        let type = random.pick(Self.types)
        let created = now - Int64(random.number(60...8_000_000)) * 1_000_000
        var row = SimulatedEndpoint(
            visibility: random.chance(10) ? "PUBLIC" : random.chance(10) ? .absent : "PRIVATE",
            id: .value(random.chance(80) ? random.hex(32) : "odd-id-" + random.hex(12)),
            name: .value(random.pick(Self.names)), type: random.chance(3) ? .null : .value(type),
            createTime: .value(WallTime.text(created)),
            updateTime: .value(WallTime.text(created + Int64(random.number(0...50)) * 1_000_000)))
        if random.chance(3) {
            row.createTime = .absent
            row.updateTime = .null
        }
        if hasOddTimes, random.chance(5) { row.updateTime = .value(oddTime(now)) }
        if hasOddTimes, random.chance(5) { row.createTime = .value(oddTime(now)) }
        enter(random.pick(Self.statuses), &row)
        if random.chance(2) { row.id = random.chance(50) ? .absent : "" }
        if random.chance(2) { row.rawOverrides = [("status", "[7]")] }
        row.isOthers = random.chance(3)
        addResources(&row)
        return row
    }

    /// A time that no endpoint can have, or that has not come yet.
    private mutating func oddTime(_ now: Int64) -> String {
        let hour: Int64 = 3_600_000_000
        return random.pick([
            "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", WallTime.text(now + 2 * hour),
            WallTime.text(now + 72 * hour),
        ])
    }

    /// Gives each row with an error another message, nearly as long as messages can be.
    mutating func changeMessages(_ rows: inout [SimulatedEndpoint]) {
        for index in rows.indices where rows[index].errorCode.value != nil {
            let words = repeatElement("The service is busy.", count: 40).joined(separator: " ")
            rows[index].errorMsg = .value("Attempt \(random.hex(16)) failed. \(words)")
        }
    }

    private mutating func enter(_ status: String, _ row: inout SimulatedEndpoint) {
        row.status = .value(status)
        row.errorCode = random.chance(50) ? .absent : .null
        row.errorMsg = .absent
        if status.hasSuffix("_FAILED") || random.chance(3) {
            row.errorCode = .value(random.pick(["dataartsfabric.00010011", "dataartsfabric.00010024", "odd \"code\""]))
            row.errorMsg = "The service is busy."
        }
    }

    private mutating func addResources(_ row: inout SimulatedEndpoint) {
        func unit(_ specs: [String], isDPU: Bool) -> Field<SimulatedUnit> {
            let warm = random.number(0...400)
            return .value(
                SimulatedUnit(
                    specCode: random.chance(5) ? .absent : .value(random.pick(specs)), warmUpNum: .value(warm),
                    maxNum: random.chance(20) ? .absent : .value(warm + random.number(0...400)),
                    usePublicResource: isDPU && random.chance(60) ? .value(random.chance(50)) : .absent))
        }
        row.reservedResource = .absent
        row.rayResource = .absent
        switch row.type.value {
        case "sql": row.reservedResource = .value(.init(dpu: unit(["fabric.sql.dcu.std"], isDPU: true)))
        case "inference":
            row.reservedResource = .value(
                .init(mu: .value(.init(specCode: "mu", min: 0, max: .value(random.number(1...64))))))
        case "ray":
            row.reservedResource = .value(.init(apu: unit(["a1x", "a2x"], isDPU: false), dpu: .null))
            let workers = (0..<random.number(0...3)).map { _ in
                SimulatedWorkerGroup(
                    specCode: .value(random.pick(["w1", "w2"])), minReplicas: .value(random.number(0...8)),
                    maxReplicas: random.chance(20) ? .absent : .value(random.number(8...24)))
            }
            row.rayResource = .value(.init(headSpecCode: "head", workers: .value(workers)))
        case "job": row.reservedResource = random.chance(20) ? .null : .value(.init(apu: unit(["a1x"], isDPU: false)))
        default: break
        }
    }

    /// Changes one row of `rows`: pages are fetched one after the other, so a change of two rows could be seen half, and
    /// no client of this API can tell. A list of one page may change as a whole.
    mutating func change(_ rows: inout [SimulatedEndpoint]) {
        let now = WallTime.now
        guard !rows.isEmpty else { return rows.append(endpoint()) }
        let place = random.number(0...rows.count - 1)
        switch random.number(0...9) {
        case 0, 1, 2, 4:
            enter(random.pick(Self.statuses), &rows[place])
            if rows[place].updateTime.value != nil { rows[place].updateTime = .value(WallTime.text(now)) }
        case 3: if rows.count < 90 { rows.insert(endpoint(), at: place) } else { rows.remove(at: place) }
        case 5: rows.remove(at: place)
        case 6: if rows[place].updateTime.value != nil { rows[place].updateTime = .value(WallTime.text(now)) }
        case 7: addResources(&rows[place])
        case 8: rows.swapAt(place, random.number(0...rows.count - 1))
        default:
            guard rows.count <= Self.pageSize else { return addResources(&rows[place]) }
            rows = (0..<random.number(0...Self.pageSize)).map { _ in endpoint() }
        }
    }
}
