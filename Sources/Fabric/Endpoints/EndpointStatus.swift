// SPDX-License-Identifier: Apache-2.0

/// The status of an endpoint: a known value, or any other value from the service, unchanged.
public struct EndpointStatus: Sendable, Hashable {
    /// The value from the service.
    public let rawValue: String

    /// Creates a status with any value.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Every known status, ordered by phase. A status with zero series has a series for each pair of type and
    /// visibility, 0 if no endpoint has it. The two versions of the API document different statuses.
    public static let table: [(status: EndpointStatus, phase: Phase, hasZeroSeries: Bool, hasZeroSeriesInV2: Bool)] =
        rows.map {
            (EndpointStatus($0), $1, $2, $3)
        }

    // A dictionary, because phases are looked up for every status of every workspace.
    private static let phases = Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })

    private static let rows: [(String, Phase, hasZeroSeries: Bool, hasZeroSeriesInV2: Bool)] = [
        ("CREATING", .inTransition, true, true),
        ("UPDATING", .inTransition, true, true),
        ("DELETING", .inTransition, true, true),
        ("RUNNING", .serving, true, true),
        ("CREATE_FAILED", .failed, true, true),
        ("UPDATE_FAILED", .failed, true, true),
        ("DELETE_FAILED", .failed, true, true),
        ("ABNORMAL", .abnormal, false, true),
        ("FROZEN", .suspended, true, true),
        ("ON_DEMAND_FROZEN", .suspended, false, true),
        ("TRIAL_ENDED", .suspended, true, true),
        ("INACTIVE", .inactive, true, false),
        ("DELETED", .gone, true, true),
        ("UNKNOWN", .unknown, false, false),
    ]

    /// The first status of an endpoint; it begins at `create_time`.
    public static let creating = EndpointStatus("CREATING")
    /// Stands for a missing or empty status.
    public static let unknown = EndpointStatus("UNKNOWN")

    /// The serving status.
    public static let running = EndpointStatus("RUNNING")

    /// The documented statuses that end a transition; empty for a status that is not in transition. An endpoint whose
    /// deletion succeeded leaves the list.
    public var results: [EndpointStatus] {
        switch rawValue {
        case "CREATING": [.running, EndpointStatus("CREATE_FAILED")]
        case "UPDATING": [.running, EndpointStatus("UPDATE_FAILED")]
        case "DELETING": [EndpointStatus("DELETE_FAILED")]
        default: []
        }
    }

    /// The phase from ``table``; for other values, failed if it ends in `_FAILED`, or else unknown.
    public var phase: Phase {
        if let phase = Self.phases[rawValue] { return phase }
        return rawValue.utf8.count > 7 && rawValue.hasSuffix("_FAILED") ? .failed : .unknown
    }
}
