// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// The statuses of job runs.
enum JobRunStatus {
    /// The statuses in the order of their requests. The list is unbounded, so runs of other statuses are not counted.
    static let table: [(status: String, phase: Phase)] = [
        ("PENDING", .inTransition),
        ("CREATING", .inTransition),
        ("RUNNING", .serving),
        ("UPDATING", .inTransition),
        ("STOPPING", .inTransition),
        ("SUCCEEDED", .inactive),
        ("STOPPED", .inactive),
        (failed, .failed),
    ]

    /// The statuses of runs that have not started.
    static let waiting: Set<String> = ["PENDING", "CREATING"]

    /// The status whose newest run is read instead of the oldest.
    static let failed = "FAILED"
}
