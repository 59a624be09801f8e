// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// The statuses of compute pools.
enum PoolStatus {
    /// Every documented status. Each has a series for every charge mode, 0 if no pool has it.
    static let table: [(status: String, phase: Phase)] = [
        ("PREPARING", .inTransition),
        ("RELEASING", .inTransition),
        (running, .serving),
        ("SCALEIN", .inTransition),
        ("SCALEOUT", .inTransition),
        ("FREEZING", .suspended),
        ("DELETED", .gone),
        ("DELETING", .inTransition),
        ("FAILED", .failed),
        ("ORDER_PAYING", .inTransition),
    ]

    /// The only status in which a pool's use is queried.
    static let running = "RUNNING"

    /// Stands for a missing or empty status.
    static let unknown = "UNKNOWN"

    /// The statuses that begin at `create_time`.
    static let beginAtCreation: Set<String> = ["PREPARING", "ORDER_PAYING"]

    /// Returns the phase from ``table``; for other values that of an endpoint's status.
    static func phase(of status: String) -> Phase {
        table.first { $0.status == status }?.phase ?? EndpointStatus(status).phase
    }
}
