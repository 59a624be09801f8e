// SPDX-License-Identifier: Apache-2.0
import FabricSimulator

/// What a page must say of a workspace in one true state, worked out from the simulator's rows by the words of the
/// metric contract.
struct Expectation {
    /// A time that the contract lets depend on what was listed before.
    struct Since {
        /// The rows it is about, with the time that each tells for its status now; nil if that is the time of a poll.
        var rows: [(id: String, status: String, told: Int64?)] = []
    }

    /// Series that must be there with exactly this value.
    var exact: [String: String] = [:]
    /// Series whose value is a time.
    var since: [String: Since] = [:]
    /// What each row tells, whether or not a series is about it now: the exporter may remember it.
    var told: [(id: String, status: String, time: Int64)] = []
    /// Rows without a usable time, or with one in the near future: the time of the poll stands in, and stays even if the
    /// row tells another one later.
    var dependsOnPoll: [String] = []

    private static let documented = [
        "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED", "DELETED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED",
    ]
    private static let prefix = "dataarts_fabric_"
    static let listed = SeriesKey.text(prefix + "workspace_listed_endpoints", [])

    /// Whether series of this family stay at zero once they were seen.
    static func stays(_ key: String) -> Bool {
        let name = key.prefix { $0 != "{" }.dropFirst(prefix.count)
        return name == "endpoints" || name.hasSuffix("_reserved") || name.hasSuffix("_max") || name.hasSuffix("_min")
            || name == "ray_heads"
    }

    /// - Parameter now: when the endpoints were listed.
    init(_ endpoints: [SimulatedEndpoint], now: Int64 = WallTime.now) {
        var sums: [String: Int] = [:]
        var errors: [String: Int] = [:]
        var listed = 0
        var skipped = 0
        var malformed = 0
        for endpoint in endpoints where !endpoint.isOthers {
            // A record without an id is looked at all the same.
            malformed += endpoint.rawOverrides.count
            for field in [endpoint.createTime, endpoint.updateTime] where RowTime(field, now: now) == .implausible {
                malformed += 1
            }
            guard let id = endpoint.id.value, !id.isEmpty else {
                skipped += 1
                continue
            }
            listed += 1
            let row = Row(id, endpoint, now: now)
            for status in Self.documented + [row.status] {
                sums[Self.countKey(row, status), default: 0] += 0
            }
            sums[Self.countKey(row, row.status), default: 0] += 1
            if let code = row.errorCode {
                errors[
                    SeriesKey.text(
                        Self.prefix + "endpoints_with_error",
                        [("endpoint_type", row.type), ("status", row.status), ("error_code", code)]), default: 0] += 1
            }
            Self.addCapacities(of: endpoint, row, to: &sums)
            addTimes(row)
        }
        for (key, sum) in sums { exact[key] = String(sum) }
        for (key, sum) in errors { exact[key] = String(sum) }
        exact[Self.listed] = String(listed)
        exact[SeriesKey.text(Self.prefix + "workspace_skipped_records", [])] = String(skipped)
        exact[SeriesKey.text(Self.prefix + "workspace_malformed_fields", [])] = String(malformed)
        exact[SeriesKey.text(Self.prefix + "workspace_dropped_details", [])] = "0"
    }

    private static func countKey(_ row: Row, _ status: String) -> String {
        SeriesKey.text(
            prefix + "endpoints", [("endpoint_type", row.type), ("status", status), ("visibility", row.visibility)])
    }

    private static func addCapacities(of endpoint: SimulatedEndpoint, _ row: Row, to sums: inout [String: Int]) {
        func add(_ family: String, _ spec: Field<String>, _ amount: Int, isPublic: String? = nil) {
            let labels = [
                ("endpoint_type", row.type), ("status", row.status), ("spec_code", spec.value),
                ("public_resource", isPublic),
            ]
            sums[SeriesKey.text(prefix + family, labels), default: 0] += amount
        }
        if let resource = endpoint.reservedResource.value {
            if let apu = resource.apu.value {
                let warm = apu.warmUpNum.value ?? 0
                add("apu_reserved", apu.specCode, warm)
                add("apu_max", apu.specCode, apu.maxNum.value ?? warm)
            }
            if let dpu = resource.dpu.value {
                let warm = dpu.warmUpNum.value ?? 0
                let isPublic = String(dpu.usePublicResource.value ?? false)
                add("dpu_reserved", dpu.specCode, warm, isPublic: isPublic)
                add("dpu_max", dpu.specCode, dpu.maxNum.value ?? warm, isPublic: isPublic)
            }
            if let mu = resource.mu.value {
                let minimum = mu.min.value ?? 0
                add("mu_reserved", mu.specCode, minimum)
                add("mu_max", mu.specCode, mu.max.value ?? minimum)
            }
        }
        if let ray = endpoint.rayResource.value {
            if ray.headSpecCode.value != nil { add("ray_heads", ray.headSpecCode, 1) }
            for group in ray.workers.value ?? [] {
                let minimum = group.minReplicas.value ?? 0
                add("ray_workers_min", group.specCode, minimum)
                add("ray_workers_max", group.specCode, group.maxReplicas.value ?? minimum)
            }
        }
    }

    private mutating func addTimes(_ row: Row) {
        if let time = row.told { told.append((row.id, row.status, time)) }
        if row.told == nil { dependsOnPoll.append(row.id) }
        let isOnItsWay = ["CREATING", "UPDATING", "DELETING"].contains(row.status)
        if isOnItsWay {
            let key = SeriesKey.text(
                Self.prefix + "endpoint_oldest_transition_timestamp_seconds",
                [("endpoint_type", row.type), ("status", row.status)])
            since[key, default: Since()].rows.append((row.id, row.status, row.told))
        }
        guard isOnItsWay || row.status.hasSuffix("_FAILED") || row.errorCode != nil else { return }
        let labels = [
            ("endpoint_id", row.id), ("endpoint_name", row.name), ("endpoint_type", row.type), ("status", row.status),
        ]
        let key = SeriesKey.text(
            Self.prefix + "endpoint_status_since_timestamp_seconds", labels + [("visibility", row.visibility)])
        since[key] = Since(rows: [(row.id, row.status, row.told)])
        if let code = row.errorCode {
            exact[SeriesKey.text(Self.prefix + "endpoint_error", labels + [("error_code", code)])] = "1"
        }
    }

    /// A row as it counts.
    struct Row {
        var id: String
        var name: String?
        var type: String
        var status: String
        var visibility: String
        var errorCode: String?
        /// Since when it is in its status, as far as the row itself tells; nil if that is the time of a poll.
        var told: Int64?

        init(_ id: String, _ endpoint: SimulatedEndpoint, now: Int64) {
            func text(_ field: Field<String>) -> String? { field.value.flatMap { $0.isEmpty ? nil : $0 } }
            self.id = id
            name = text(endpoint.name)
            type = text(endpoint.type) ?? "unknown"
            // The only field that the soak sends with a wrong type.
            status = endpoint.rawOverrides.isEmpty ? text(endpoint.status) ?? "UNKNOWN" : "UNKNOWN"
            visibility = text(endpoint.visibility) ?? "PRIVATE"
            errorCode = text(endpoint.errorCode)
            let created = RowTime(endpoint.createTime, now: now)
            let updated = RowTime(endpoint.updateTime, now: now)
            let times = status == "CREATING" ? [created, updated] : [updated, created]
            if case .past(let time)? = times.first(where: \.isPresent) { told = time }
        }
    }
}

/// A time of a row, as the metric contract sees it.
enum RowTime: Equatable {
    case absent
    /// Before 2010 or more than a day ahead: absent, and counted as malformed.
    case implausible
    case nearFuture
    case past(Int64)

    private static let earliest: Int64 = 1_262_304_000_000_000
    private static let day: Int64 = 86_400_000_000
    /// A row may be changed shortly before it is noted.
    private static let slack: Int64 = 1_000_000

    init(_ field: Field<String>, now: Int64) {
        guard let time = field.value.flatMap(WallTime.microseconds(ofText:)) else {
            self = .absent
            return
        }
        self =
            time < Self.earliest || time > now + Self.day
            ? .implausible : time > now + Self.slack ? .nearFuture : .past(time)
    }

    var isPresent: Bool { self != .absent && self != .implausible }
}
