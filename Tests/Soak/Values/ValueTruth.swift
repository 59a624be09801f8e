// SPDX-License-Identifier: Apache-2.0

/// The expected values of a listing, counted while it is generated.
struct ValueTruth {
    /// An endpoint with documented type, status and visibility, so that its series is known. Endpoints of API v2 have no
    /// visibility.
    struct Documented: Hashable {
        var type: String
        var status: String
        var visibility: String
    }

    static let types = ["service", "ray", "inference", "job", "ray_service", "sql"]
    static let statuses = [
        "CREATING", "RUNNING", "CREATE_FAILED", "DELETING", "DELETED", "UPDATING", "UPDATE_FAILED", "DELETE_FAILED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED",
    ]
    static let visibilities = ["PRIVATE", "PUBLIC"]
    /// The documented types and statuses of API v2.
    static let lakeTypes = [
        "AuraJob", "AuraJobV2", "FlinkJob", "RayCluster", "RayJob", "RayService", "SparkJob", "SparkSql",
    ]
    static let lakeStatuses = statuses.filter { $0 != "INACTIVE" } + ["ABNORMAL", "ON_DEMAND_FROZEN"]

    /// The wall time at which its first page was served, in microseconds.
    var begun: Int64 = 0
    /// Whether the exporter must reject it: a page is too large or not a list, or `total` is wrong.
    var isRefused = false
    var endpoints = 0
    /// Records without a usable id.
    var skipped = 0
    /// Fields of a wrong type.
    var malformed = 0
    /// Endpoints with an error code.
    var errors = 0
    var documented: [Documented: Int] = [:]
    /// The sum of each capacity family.
    var capacities: [String: Int128] = [:]

    /// Counts an endpoint.
    /// - Parameter kind: the values of its series; nil if one of them is not documented.
    mutating func count(_ kind: Documented?, hasError: Bool) {
        endpoints += 1
        errors += hasError ? 1 : 0
        if let kind { documented[kind, default: 0] += 1 }
    }

    mutating func add(_ amount: Int64, to family: String) { capacities[family, default: 0] += Int128(amount) }
}
