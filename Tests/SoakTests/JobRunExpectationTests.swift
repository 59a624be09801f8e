// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Expected job runs")
struct JobRunExpectationTests {
    private static func run(_ status: String, created: String, updated: String? = nil) -> SimulatedJobRun {
        SimulatedJobRun(
            id: "r", status: .string(status), createTime: .string(created), updateTime: updated.map { .string($0) })
    }

    private static let runs = [
        run("PENDING", created: "2023-05-30T12:24:32.000Z"), run("PENDING", created: "2023-05-30T12:24:31.000Z"),
        run("CREATING", created: "2023-05-30T12:24:33.000Z"),
        run("FAILED", created: "2023-05-30T12:24:30.000Z", updated: "2023-05-30T12:30:00.000Z"),
        run("FAILED", created: "2023-05-30T12:24:31.000Z", updated: "2023-05-30T12:29:00.000Z"),
        run("REBALANCING", created: "2023-05-30T12:24:29.000Z"),
    ]

    private static func key(_ name: String, _ labels: (String, String?)...) -> String {
        SeriesKey.text("dataarts_fabric_" + name, labels)
    }

    private static let oldest = key("job_run_oldest_waiting_timestamp_seconds")

    /// The correct page of ``runs``.
    private static var page: [String: String] {
        var page = [
            oldest: "1685449471", key("job_run_newest_failure_timestamp_seconds"): "1685449740",
            key("workspace_listed_records", ("listing", "job_runs")): "5",
        ]
        for status in ["PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED"] {
            page[key("job_runs", ("status", status))] = "0"
        }
        page[key("job_runs", ("status", "PENDING"))] = "2"
        page[key("job_runs", ("status", "CREATING"))] = "1"
        page[key("job_runs", ("status", "FAILED"))] = "2"
        for name in ["skipped_records", "malformed_fields", "cut_values", "dropped_details"] {
            page[key("workspace_" + name, ("listing", "job_runs"))] = "0"
        }
        return page
    }

    private static func difference(_ page: [String: String], _ states: [SimulatedJobRun]...) -> [String] {
        JobRunExpectation.difference(page, from: states.map { JobRunExpectation($0) })
    }

    @Test func `The correct page has no difference`() {
        #expect(Self.difference(Self.page, Self.runs) == [])
        #expect(JobRunExpectation.difference(Self.page, from: []) == ["no state at that time"])
    }

    @Test func `A number off by one, a missing series and an additional series are differences`() throws {
        for (key, value) in Self.page {
            var page = Self.page
            page[key] = String(try #require(Int(value)) + 1)
            #expect(!Self.difference(page, Self.runs).isEmpty, "\(key)")
            page[key] = nil
            #expect(!Self.difference(page, Self.runs).isEmpty, "\(key)")
        }
        var page = Self.page
        page[Self.key("job_runs", ("status", "REBALANCING"))] = "1"
        #expect(Self.difference(page, Self.runs).count == 1)
    }

    @Test func `Each status may be of another state, but not of none`() {
        let later = Self.runs.map { run in
            var run = run
            if run.status == "CREATING" { run.status = "RUNNING" }
            return run
        }
        var page = Self.page
        // The run was seen in both statuses.
        page[Self.key("job_runs", ("status", "RUNNING"))] = "1"
        page[Self.key("workspace_listed_records", ("listing", "job_runs"))] = "6"
        #expect(Self.difference(page, Self.runs, later) == [])
        #expect(!Self.difference(page, Self.runs).isEmpty && !Self.difference(page, later).isEmpty)
    }

    @Test func `Without waiting runs there is no time`() {
        let ended = Self.runs.filter { $0.status == "FAILED" }
        var page = Self.page
        page[Self.key("job_runs", ("status", "PENDING"))] = "0"
        page[Self.key("job_runs", ("status", "CREATING"))] = "0"
        page[Self.key("workspace_listed_records", ("listing", "job_runs"))] = "2"
        #expect(Self.difference(page, ended).count == 1)
        page[Self.oldest] = nil
        #expect(Self.difference(page, ended) == [])
    }

    @Test func `A page is compared with the states of its time`() {
        let history = History(lyingAbout: nil)
        var workspace = SimulatedWorkspace(id: "w", name: "w")
        workspace.jobRuns = Self.runs
        history.note(workspace)
        #expect(history.difference(of: "w job_runs", page: Self.page, start: 0, end: .max) == nil)
        #expect(history.difference(of: "w job_runs", page: Self.page, start: 0, end: 1) == ["no state at that time"])
        #expect(history.difference(of: "v job_runs", page: Self.page, start: 0, end: .max) == ["an unknown workspace"])
    }
}
