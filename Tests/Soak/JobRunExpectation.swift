// SPDX-License-Identifier: Apache-2.0
import Simulator

/// The expected series of job runs in one state. The exporter reads the statuses one after the other, so each may be of
/// another state.
struct JobRunExpectation {
    private static let statuses = [
        "PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED",
    ]
    private static let prefix = "dataarts_fabric_"
    private static let oldest = SeriesKey.text(prefix + "job_run_oldest_waiting_timestamp_seconds", [])
    private static let newest = SeriesKey.text(prefix + "job_run_newest_failure_timestamp_seconds", [])

    /// The number of runs by status.
    private var counts: [String: Int] = [:]
    /// The earliest creation by status.
    private var oldest: [String: Int64] = [:]
    /// The update of the failed run that was created last.
    private var newestFailure: Int64?

    init(_ runs: [SimulatedJobRun]) {
        var lastFailure = Int64.min
        for run in runs {
            guard let status = run.status?.string else { continue }
            counts[status, default: 0] += 1
            guard let created = run.createTime?.string.flatMap(WallTime.microseconds(ofText:)) else { continue }
            oldest[status] = min(oldest[status] ?? created, created)
            guard status == "FAILED", created > lastFailure else { continue }
            lastFailure = created
            newestFailure = run.updateTime?.string.flatMap(WallTime.microseconds(ofText:)) ?? created
        }
    }

    private static func runs(_ status: String) -> String {
        SeriesKey.text(prefix + "job_runs", [("status", status)])
    }

    /// Returns the differences of a page from all combinations of `states`.
    static func difference(_ page: [String: String], from states: [JobRunExpectation]) -> [String] {
        if states.isEmpty { return ["no state at that time"] }
        var page = page
        var difference: [String] = []
        var sum = 0
        /// The states that each status may be of.
        var possible: [String: [JobRunExpectation]] = [:]
        for status in statuses {
            let value = page.removeValue(forKey: runs(status)).flatMap { Int($0) }
            sum += value ?? 0
            possible[status] = states.filter { $0.counts[status, default: 0] == value }
            if possible[status]?.isEmpty != false {
                difference.append("\(runs(status)) is \(value.map(String.init) ?? "missing")")
            }
        }
        func require(_ key: String, _ wanted: [Int64?]) {
            let value = page.removeValue(forKey: key)
            let isWanted = wanted.contains { $0 == value.flatMap(WallTime.microseconds(ofSample:)) }
            if !isWanted { difference.append("\(key) is \(value ?? "missing"): no run has this time") }
        }
        let waiting = (possible["PENDING"] ?? []).flatMap { pending in
            (possible["CREATING"] ?? []).map { creating in
                [pending.oldest["PENDING"], creating.oldest["CREATING"]].compactMap(\.self).min()
            }
        }
        require(oldest, waiting)
        require(newest, (possible["FAILED"] ?? []).map(\.newestFailure))
        for (name, count) in [
            ("listed_records", sum), ("skipped_records", 0), ("malformed_fields", 0), ("cut_values", 0),
            ("dropped_details", 0),
        ] {
            let key = SeriesKey.text(prefix + "workspace_" + name, [("listing", "job_runs")])
            let value = page.removeValue(forKey: key)
            if value != String(count) { difference.append("\(key) is \(value ?? "missing"), not \(count)") }
        }
        return difference + page.map { "\($0.key) is \($0.value), but is not expected" }
    }
}
