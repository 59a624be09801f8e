// SPDX-License-Identifier: Apache-2.0

/// The status of an endpoint: a known value, or any other value from the service, unchanged.
public struct EndpointStatus: Sendable, Hashable {
    /// The value from the service.
    public let rawValue: String

    /// Creates a status with any value.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Every known status, ordered by phase. A status with zero series has a series for each pair of type and
    /// visibility, 0 if no endpoint has it; see ``hasZeroSeries(in:)`` for other versions of the API than the first.
    public static let table: [(status: EndpointStatus, phase: Phase, hasZeroSeries: Bool)] = rows.map {
        (EndpointStatus($0), $1, $2)
    }

    // A dictionary, because phases are looked up for every status of every workspace.
    private static let phases = Dictionary(uniqueKeysWithValues: rows.map { ($0.0, $0.1) })

    private static let rows: [(String, Phase, hasZeroSeries: Bool)] = [
        ("CREATING", .inTransition, true),
        ("UPDATING", .inTransition, true),
        ("DELETING", .inTransition, true),
        ("RUNNING", .serving, true),
        ("CREATE_FAILED", .failed, true),
        ("UPDATE_FAILED", .failed, true),
        ("DELETE_FAILED", .failed, true),
        ("ABNORMAL", .abnormal, false),
        ("FROZEN", .suspended, true),
        ("ON_DEMAND_FROZEN", .suspended, false),
        ("TRIAL_ENDED", .suspended, true),
        ("INACTIVE", .inactive, true),
        ("DELETED", .gone, true),
        ("UNKNOWN", .unknown, false),
    ]

    /// Whether the status has zero series in a version of the API: ``APIVersion/v2`` documents other statuses.
    public func hasZeroSeries(in version: APIVersion) -> Bool {
        switch version {
        case .v1: Self.table.contains { $0.status == self && $0.hasZeroSeries }
        case .v2: phase != .inactive && phase != .unknown
        }
    }

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
