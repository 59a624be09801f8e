// SPDX-License-Identifier: Apache-2.0
import Simulator

/// The expected series of compute pools in one state. Their use is queried after the list, pool by pool, so it may be of
/// another state, and is absent where a query fails.
struct PoolExpectation {
    private static let statuses = [
        "PREPARING", "RELEASING", "RUNNING", "SCALEIN", "SCALEOUT", "FREEZING", "DELETED", "DELETING", "FAILED",
        "ORDER_PAYING",
    ]
    private static let prefix = "dataarts_fabric_pool"
    private static let capacity = prefix + "_capacity"
    private static let allocatable = prefix + "_allocatable"
    private static let utilization = prefix + "_utilization_ratio"
    private static let utilizationTime = prefix + "_utilization_timestamp_seconds"

    /// The series of the list, which must exist with exactly this value.
    private(set) var list: [String: Int] = [:]
    /// The values of the use of the running pools.
    private(set) var use: [String: Double] = [:]
    /// The ids of the running pools.
    private var running: Set<String> = []

    init(_ pools: [SimulatedPool]) {
        var (listed, skipped, malformed) = (0, 0, 0)
        for pool in pools {
            var fields = FieldReader()
            let id = fields.text(pool.id)
            let row = Row(id ?? "", pool, &fields)
            malformed += fields.malformed
            guard id != nil else {
                skipped += 1
                continue
            }
            listed += 1
            add(row)
            // Another id could name several pools in a request.
            guard row.status == "RUNNING", row.hasPlainID else { continue }
            running.insert(row.id)
            addUse(of: pool, row)
        }
        for (name, count) in [
            ("listed_records", listed), ("skipped_records", skipped), ("malformed_fields", malformed),
            ("cut_values", 0), ("dropped_details", 0),
        ] {
            list[SeriesKey.text("dataarts_fabric_workspace_" + name, [("listing", "pools")])] = count
        }
    }

    /// Whether a series is of the number of pools, which stays at zero after it was seen.
    static func stays(_ key: String) -> Bool { key.hasPrefix(prefix + "s{") }

    /// Makes one capacity wrong by one.
    mutating func lie() {
        if let key = list.keys.filter({ $0.hasPrefix(Self.capacity) }).min() { list[key, default: 0] += 1 }
    }

    private mutating func add(_ row: Row) {
        func count(_ status: String, _ number: Int) {
            let labels = [("charge_mode", row.chargeMode), ("status", status)]
            list[SeriesKey.text(Self.prefix + "s", labels), default: 0] += number
        }
        for status in Self.statuses { count(status, 0) }
        count(row.status, 1)
        let labels = row.labels + [("charge_mode", row.chargeMode), ("status", row.status)]
        list[SeriesKey.text(Self.prefix + "_info", labels)] = 1
        for capacity in row.capacity {
            guard let amount = capacity.amount else { continue }
            list[SeriesKey.text(Self.capacity, row.labels + capacity.labels), default: 0] += amount
        }
    }

    private mutating func addUse(of pool: SimulatedPool, _ row: Row) {
        var thousandths: [String: Int] = [:]
        for item in pool.allocatable {
            let type = item["type"]?.string?.lowercased() ?? ""
            let field = type == "cpu" ? "cpu" : "accelerator"
            guard ["cpu", "gpu", "npu"].contains(type), let amount = item["compute_allocatable", field]?.number else {
                continue
            }
            let labels = row.labels + [("resource", type), ("spec_code", item["spec_code"]?.string)]
            thousandths[SeriesKey.text(Self.allocatable, labels), default: 0] += amount * (type == "cpu" ? 1 : 1_000)
        }
        for (key, amount) in thousandths { use[key] = Double(amount) / 1_000 }
        let accelerators = ["gpu", "npu"].filter { name in row.capacity.contains { $0.resource == name } }
        for resource in ["cpu", "memory"] + accelerators {
            let metric = resource == "memory" ? "MEM" : resource.uppercased()
            // Values are recognized by the pool's name.
            guard let name = pool.name?.string else { continue }
            let points = (pool.utilization[metric] ?? []).filter {
                ($0.name?.string ?? name) == name && $0.value?.number != nil
            }
            guard let newest = points.max(by: { $0.time?.number ?? 0 < $1.time?.number ?? 0 }) else { continue }
            let labels = row.labels + [("resource", resource)]
            use[SeriesKey.text(Self.utilization, labels)] = Double(newest.value?.number ?? 0) / 100
            use[SeriesKey.text(Self.utilizationTime, labels)] = Double(newest.time?.number ?? 0)
        }
    }

    private static func isUse(_ key: String) -> Bool {
        key.hasPrefix(allocatable) || key.hasPrefix(prefix + "_utilization")
    }

    /// The result of a comparison.
    struct Comparison {
        var difference: [String]
        /// Whether the page has the use of every running pool.
        var isComplete = false
    }

    /// Compares a page with `states`: the list with each of them, and each use with all.
    /// - Parameter everSeen: the series of earlier states that may stay at zero.
    /// - Returns: the comparison with the most similar list.
    static func compare(_ page: [String: String], with states: [PoolExpectation], everSeen: Set<String>) -> Comparison {
        states.map { $0.compare(page, with: states, everSeen) }.min { $0.difference.count < $1.difference.count }
            ?? Comparison(difference: ["no state at that time"])
    }

    private func compare(
        _ page: [String: String], with states: [PoolExpectation], _ everSeen: Set<String>
    ) -> Comparison {
        var difference: [String] = []
        for (key, value) in page {
            if Self.isUse(key) {
                if !running.contains(Self.pool(of: key)) {
                    difference.append("\(key) is of a pool that isn't running")
                } else if !states.contains(where: { $0.use[key] == Double(value) }) {
                    difference.append("\(key) is \(value): not the use in any state")
                }
            } else if let wanted = list[key] {
                if value != String(wanted) { difference.append("\(key) is \(value), not \(wanted)") }
            } else if value != "0" || !everSeen.contains(key) {
                difference.append("\(key) is \(value), but is not expected")
            }
        }
        for key in list.keys where page[key] == nil { difference.append("\(key) is missing") }
        return Comparison(difference: difference, isComplete: use.keys.allSatisfy { page[$0] != nil })
    }

    /// Returns the id of the pool of a series.
    private static func pool(of key: String) -> String {
        let labels = key.drop { $0 != "{" }.dropFirst().dropLast().split(separator: "\u{1}")
        return labels.first { $0.hasPrefix("pool_id=") }.map { String($0.dropFirst(8)) } ?? ""
    }

    /// A pool as the exporter counts it.
    private struct Row {
        var id, chargeMode, status: String
        var name: String?
        var capacity: [(resource: String, specCode: String?, amount: Int?, labels: [(String, String?)])] = []

        var labels: [(String, String?)] { [("pool_id", id), ("pool", name)] }

        var hasPlainID: Bool {
            id.utf8.count <= 36 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }

        init(_ id: String, _ pool: SimulatedPool, _ fields: inout FieldReader) {
            self.id = id
            name = fields.text(pool.name)
            chargeMode = fields.text(pool.chargeMode) ?? "unknown"
            status = fields.text(pool.status) ?? "UNKNOWN"
            let error = fields.object(pool.error)
            // None of them is exported, but their types count.
            _ = (fields.text(pool.description), fields.text(error?["error_code"]), fields.text(error?["error_msg"]))
            _ = (fields.text(pool.createTime), fields.text(pool.updateTime))
            for item in fields.array(pool.capacity) {
                guard let part = fields.object(item) else { continue }
                let resource = fields.text(part["type"])?.lowercased() ?? "unknown"
                let specCode = fields.text(part["spec_code"])
                capacity.append(
                    (
                        resource, specCode, fields.integer(part["capacity"]),
                        [("resource", resource), ("spec_code", specCode)]
                    ))
            }
        }
    }
}
