// SPDX-License-Identifier: Apache-2.0
internal import Exposition

/// The metric families of job runs.
enum JobRunFamilies {
    static let runs = MetricFamily(
        .gauge, "dataarts_fabric_job_runs", labels: WorkspaceLabels.names + ["status"],
        help: "Job runs that the service keeps, by status. Falls when runs are deleted.")
    static let oldestWaiting = MetricFamily(
        .gauge, "dataarts_fabric_job_run_oldest_waiting_timestamp_seconds", labels: WorkspaceLabels.names,
        help: "Unix time at which the oldest waiting job run (PENDING or CREATING) was created.")
    static let newestFailure = MetricFamily(
        .gauge, "dataarts_fabric_job_run_newest_failure_timestamp_seconds", labels: WorkspaceLabels.names,
        help: "Unix time of the last update of the most recently created FAILED job run.")

    static let familyGroup = FamilyGroup("Job runs", [runs, oldestWaiting, newestFailure])
}
