// SPDX-License-Identifier: Apache-2.0
import Simulator

/// The expected series of a workspace in one state, computed from the simulator's rows by the metric contract.
struct Expectation {
    /// A time that may depend on earlier listings.
    struct Since {
        /// The rows of the series, with the time of their status; nil if that is the time of a poll.
        var rows: [(id: String, status: String, told: Int64?)] = []
    }

    /// Series that must exist with exactly this value.
    var exact: [String: String] = [:]
    /// Series whose value is a time.
    var since: [String: Since] = [:]
    /// The time of each row, even without a series, because the exporter may remember it.
    var told: [(id: String, status: String, time: Int64)] = []
    /// Rows without a usable time, or with one in the near future. The exporter uses the time of the poll and keeps it
    /// even if the row has another time later.
    var dependsOnPoll: [String] = []

    private static let documented = [
        "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED", "DELETED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED",
    ]
    /// Statuses whose endpoints have details, in addition to failed ones.
    private static let problems = [
        "CREATING", "UPDATING", "DELETING", "ABNORMAL", "FROZEN", "ON_DEMAND_FROZEN", "TRIAL_ENDED",
    ]
    static let prefix = "dataarts_fabric_"
    static let listed = counted("listed_records")

    private static func counted(_ name: String) -> String {
        SeriesKey.text(prefix + "workspace_" + name, [("listing", "endpoints")])
    }

    /// Makes an expected value wrong by one.
    mutating func addOne(to key: String) {
        if let value = exact[key].flatMap({ Int($0) }) { exact[key] = String(value + 1) }
    }

    /// Whether a series is a capacity of API v2.
    static func isCapacityOfLake(_ key: String) -> Bool { key.hasPrefix(prefix + "endpoint_capacity_max") }

    /// Whether series of this family stay at zero after they were seen.
    static func stays(_ key: String) -> Bool {
        let name = key.prefix { $0 != "{" }.dropFirst(prefix.count)
        return ["endpoints", "service_instances", "job_runs", "pools"].contains(name) || name.hasSuffix("_reserved")
            || name.hasSuffix("_max") || name.hasSuffix("_min")
            || name == "ray_heads"
    }

    /// - Parameter now: the time of the listing.
    init(_ endpoints: [SimulatedEndpoint], now: Int64 = WallTime.now) {
        var counts = Counts()
        for endpoint in endpoints where !endpoint.isOthers {
            // Malformed fields of a record without an id count too.
            counts.malformed += endpoint.rawOverrides.count
            for field in [endpoint.createTime, endpoint.updateTime] where RowTime(field, now: now) == .implausible {
                counts.malformed += 1
            }
            guard let id = endpoint.id?.string, !id.isEmpty else {
                counts.skipped += 1
                continue
            }
            let row = Row(id, endpoint, now: now)
            add(row, zeroStatuses: Self.documented, to: &counts)
            Self.addCapacities(of: endpoint, row, to: &counts.sums)
        }
        set(counts)
    }

    /// The counts over all rows of a listing.
    struct Counts {
        /// The sums by series.
        var sums: [String: Int] = [:]
        var listed = 0
        var skipped = 0
        var malformed = 0
    }

    /// Adds a row to the families of both versions of the API.
    mutating func add(_ row: Row, zeroStatuses: [String], to counts: inout Counts) {
        counts.listed += 1
        for status in zeroStatuses + [row.status] { counts.sums[Self.countKey(row, status), default: 0] += 0 }
        counts.sums[Self.countKey(row, row.status), default: 0] += 1
        if let code = row.errorCode {
            let labels = row.kind + [("error_code", code)]
            counts.sums[SeriesKey.text(Self.prefix + "endpoints_with_error", labels), default: 0] += 1
        }
        addTimes(row)
    }

    mutating func set(_ counts: Counts) {
        for (key, sum) in counts.sums { exact[key] = String(sum) }
        exact[Self.listed] = String(counts.listed)
        exact[Self.counted("skipped_records")] = String(counts.skipped)
        exact[Self.counted("malformed_fields")] = String(counts.malformed)
        exact[Self.counted("cut_values")] = "0"
        exact[Self.counted("dropped_details")] = "0"
    }

    private static func countKey(_ row: Row, _ status: String) -> String {
        var row = row
        row.status = status
        return SeriesKey.text(prefix + "endpoints", row.kind)
    }

    private static func addCapacities(of endpoint: SimulatedEndpoint, _ row: Row, to sums: inout [String: Int]) {
        func add(_ family: String, _ amounts: JSONValue, _ amount: Int, isPublic: String? = nil) {
            let labels = row.kind + [("spec_code", amounts["spec_code"]?.string), ("public_resource", isPublic)]
            sums[SeriesKey.text(prefix + family, labels), default: 0] += amount
        }
        if let apu = endpoint.reservedResource?["apu"], apu != .null {
            let warm = apu["warm_up_num"]?.number ?? 0
            add("apu_reserved", apu, warm)
            add("apu_max", apu, apu["max_num"]?.number ?? warm)
        }
        if let dpu = endpoint.reservedResource?["dpu"], dpu != .null {
            let warm = dpu["warm_up_num"]?.number ?? 0
            let isPublic = String(dpu["use_public_resource"] == true)
            add("dpu_reserved", dpu, warm, isPublic: isPublic)
            add("dpu_max", dpu, dpu["max_num"]?.number ?? warm, isPublic: isPublic)
        }
        if let mu = endpoint.reservedResource?["mu"], mu != .null {
            let minimum = mu["min"]?.number ?? 0
            add("mu_reserved", mu, minimum)
            add("mu_max", mu, mu["max"]?.number ?? minimum)
        }
        if let head = endpoint.rayResource?["head_group_spec"], head["spec_code"] != nil { add("ray_heads", head, 1) }
        if case .array(let groups)? = endpoint.rayResource?["worker_group_spec"] {
            for group in groups {
                let minimum = group["min_replicas"]?.number ?? 0
                add("ray_workers_min", group, minimum)
                add("ray_workers_max", group, group["max_replicas"]?.number ?? minimum)
            }
        }
    }

    private mutating func addTimes(_ row: Row) {
        if let time = row.told { told.append((row.id, row.status, time)) }
        if row.told == nil { dependsOnPoll.append(row.id) }
        if ["CREATING", "UPDATING", "DELETING"].contains(row.status) {
            let key = SeriesKey.text(Self.prefix + "endpoint_oldest_transition_timestamp_seconds", row.kind)
            since[key, default: Since()].rows.append((row.id, row.status, row.told))
        }
        guard Self.problems.contains(row.status) || row.status.hasSuffix("_FAILED") || row.errorCode != nil else {
            return
        }
        let id = [("endpoint_id", row.id), ("endpoint_name", row.name)]
        let key = SeriesKey.text(Self.prefix + "endpoint_status_since_timestamp_seconds", id + row.kind)
        since[key] = Since(rows: [(row.id, row.status, row.told)])
        if let code = row.errorCode {
            exact[SeriesKey.text(Self.prefix + "endpoint_error", id + row.kind + [("error_code", code)])] = "1"
        }
        exact[SeriesKey.text(Self.prefix + "endpoint_info", id + [("endpoint_type", row.type)] + row.info)] = "1"
    }

    /// A row as the exporter counts it.
    struct Row {
        var id: String
        var name: String?
        var type: String
        var status: String
        /// nil in version 2 of the API.
        var visibility: String?
        var errorCode: String?
        /// The start of its status by the row's times; nil if that is the time of a poll.
        var told: Int64?
        /// The labels of its owner, and of its package or pool.
        var info: [(String, String?)]
        /// The labels of its counts.
        var kind: [(String, String?)] { [("endpoint_type", type), ("status", status), ("visibility", visibility)] }

        /// Returns the start of a status by the row's times; nil if that is the time of a poll.
        static func told(_ status: String, created: RowTime, updated: RowTime) -> Int64? {
            let times = status == "CREATING" ? [created, updated] : [updated, created]
            return if case .past(let time)? = times.first(where: \.isPresent) { time } else { nil }
        }
    }
}

extension Expectation.Row {
    fileprivate init(_ id: String, _ endpoint: SimulatedEndpoint, now: Int64) {
        func text(_ field: JSONValue?) -> String? { field?.string.flatMap { $0.isEmpty ? nil : $0 } }
        // The only field with a wrong type in rows of version 1.
        let status = endpoint.rawOverrides.isEmpty ? text(endpoint.status) ?? "UNKNOWN" : "UNKNOWN"
        let (owner, cap) = (endpoint.owner, endpoint.cap)
        self.init(
            id: id, name: text(endpoint.name), type: text(endpoint.type) ?? "unknown", status: status,
            visibility: text(endpoint.visibility) ?? "PRIVATE", errorCode: text(endpoint.errorCode),
            told: Self.told(
                status, created: RowTime(endpoint.createTime, now: now),
                updated: RowTime(endpoint.updateTime, now: now)),
            info: [
                ("owner", text(owner?["user_name"])), ("owner_id", text(owner?["user_id"])),
                ("cap_id", text(cap?["cap_id"])), ("cap_version_id", text(cap?["version_id"])),
            ])
    }
}

/// A time of a row, by the rules of the metric contract.
enum RowTime: Equatable {
    case absent
    /// Before 2010 or more than a day ahead: treated as absent and counted as malformed.
    case implausible
    case nearFuture
    case past(Int64)

    private static let earliest: Int64 = 1_262_304_000_000_000
    private static let day: Int64 = 86_400_000_000
    /// A row may change shortly before it is recorded.
    private static let slack: Int64 = 1_000_000

    init(_ field: JSONValue?, now: Int64) {
        guard let time = field?.string.flatMap(WallTime.microseconds(ofText:)) else {
            self = .absent
            return
        }
        self =
            time < Self.earliest || time > now + Self.day
            ? .implausible : time > now + Self.slack ? .nearFuture : .past(time)
    }

    var isPresent: Bool { self != .absent && self != .implausible }
}
