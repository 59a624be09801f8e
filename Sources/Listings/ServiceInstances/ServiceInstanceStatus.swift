// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// The statuses of service instances.
enum ServiceInstanceStatus {
    /// Every known status. A status with zero series has a series for each pair of type and visibility, 0 if no instance
    /// has it.
    static let table: [(status: String, phase: Phase, hasZeroSeries: Bool)] = [
        ("PENDING", .inTransition, true),
        ("CREATING", .inTransition, true),
        ("UPDATING", .inTransition, true),
        ("STOPPING", .inTransition, true),
        ("DELETING", .inTransition, true),
        ("RUNNING", .serving, true),
        ("FAILED", .failed, true),
        ("SUCCEEDED", .inactive, true),
        ("STOPPED", .inactive, true),
        ("DELETED", .gone, true),
        ("INACTIVE", .inactive, false),
        ("TRIAL_ENDED", .suspended, false),
        (unknown, .unknown, false),
    ]

    /// Stands for a missing or empty status.
    static let unknown = "UNKNOWN"

    /// The statuses that begin at `create_time`.
    static let beginAtCreation: Set<String> = ["PENDING", "CREATING"]

    /// Returns the phase from ``table``; for other values that of an endpoint's status.
    static func phase(of status: String) -> Phase {
        table.first { $0.status == status }?.phase ?? EndpointStatus(status).phase
    }
}
