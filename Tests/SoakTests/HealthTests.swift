// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import fabric_soak

@Suite("Health of a workspace")
struct HealthTests {
    private static let reasons = [
        "unauthenticated", "forbidden", "not_found", "bad_request", "throttled", "timeout", "server", "network", "tls",
        "response", "inconsistent", "credentials",
    ]

    /// Returns the health of a workspace from a program with or without a watchdog.
    private static func health(
        up: Int? = 1, polls: Int = 5, failed: Int = 0, lastPoll: Int? = 100, lastSuccess: Int? = 100,
        failingSince: Int? = nil, stalls: Int? = 0
    ) -> Health {
        var health = Health()
        func add(_ name: String, _ value: Int?, _ label: (name: String, value: String)? = nil) {
            guard let value else { return }
            let labels =
                [(name: "source", value: "s"), (name: "workspace_id", value: "w")] + (label.map { [$0] } ?? [])
            health.add(
                PageSample(
                    name: "dataarts_fabric_workspace_" + name, labels: labels, value: String(value), type: "gauge"))
        }
        add("up", up)
        add("info", 1, (name: "base_url", value: "http://h"))
        add("polls_total", polls)
        add("polls_skipped_total", 0)
        add("relists_total", 0)
        add("last_poll_timestamp_seconds", lastPoll)
        add("last_poll_duration_seconds", lastPoll == nil ? nil : 1)
        add("last_success_timestamp_seconds", lastSuccess)
        add("failing_since_timestamp_seconds", failingSince)
        for reason in reasons {
            add("poll_failures_total", reason == "server" ? failed : 0, (name: "reason", value: reason))
        }
        add("poll_failures_total", stalls, (name: "reason", value: "stalled"))
        return health
    }

    private static let now: Int64 = 1_000_000_000

    @Test("Up, down and unpolled workspaces have no contradictions, with and without a watchdog")
    func possible() {
        for stalls in [nil, 0] {
            let since = stalls == nil ? nil : 95
            #expect(Self.health(stalls: stalls).problem(before: Self.now) == nil)
            #expect(
                Self.health(up: 0, failed: 2, lastSuccess: 90, failingSince: since, stalls: stalls)
                    .problem(before: Self.now) == nil)
            #expect(
                Self.health(up: 0, failed: 5, lastSuccess: nil, failingSince: since, stalls: stalls)
                    .problem(before: Self.now) == nil)
            #expect(
                Self.health(up: nil, polls: 0, lastPoll: nil, lastSuccess: nil, stalls: stalls)
                    .problem(before: Self.now) == nil)
        }
    }

    @Test(
        "Contradictory health is a problem",
        arguments: [
            health(up: 0), health(up: 1, failed: 1, lastSuccess: 90), health(failed: 6), health(lastPoll: nil),
            health(up: 0, failed: 2, lastSuccess: 90), health(failingSince: 95),
            health(up: 0, failed: 2, lastSuccess: 90, failingSince: 90),
            health(up: 0, failed: 2, lastSuccess: 90, failingSince: 101),
            health(up: 0, failed: 2, lastSuccess: 90, failingSince: 95, stalls: nil),
            health(lastPoll: 2_000, lastSuccess: 2_000), Health(),
        ])
    func contradictions(_ health: Health) {
        #expect(health.problem(before: Self.now) != nil)
    }

    @Test("Each listing of a workspace has its own health; the info series belongs to that of endpoints")
    func listings() {
        func sample(_ name: String, _ listing: String?) -> PageSample {
            let labels = [(name: "workspace_id", value: "w")] + (listing.map { [(name: "listing", value: $0)] } ?? [])
            return PageSample(name: "dataarts_fabric_workspace_" + name, labels: labels, value: "1", type: "gauge")
        }
        let health = Health.bySubject([
            sample("up", "endpoints"), sample("up", "job_runs"), sample("info", nil), sample("polls_total", "job_runs"),
        ])
        #expect(health.keys.sorted() == ["w", "w job_runs"])
        #expect(health["w"]?.polls == nil && health["w job_runs"]?.polls == 1)
        for (name, subject) in [
            ("job_runs", "w job_runs"), ("job_run_newest_failure_timestamp_seconds", "w job_runs"),
            ("service_instances", "w service_instances"), ("endpoints", "w"),
        ] {
            let sample = PageSample(
                name: "dataarts_fabric_" + name, labels: [("workspace_id", "w")], value: "1", type: "gauge")
            #expect(Subject.of(sample) == subject)
        }
    }

    @Test("failing_since changes only after a success")
    func failingSince() {
        let first = Self.health(up: 0, failed: 2, lastSuccess: 90, failingSince: 95)
        let same = Self.health(up: 0, polls: 6, failed: 3, lastPoll: 105, lastSuccess: 90, failingSince: 95)
        let moved = Self.health(up: 0, polls: 6, failed: 3, lastPoll: 105, lastSuccess: 90, failingSince: 105)
        let later = Self.health(up: 0, polls: 7, failed: 3, lastPoll: 107, lastSuccess: 103, failingSince: 107)
        #expect(same.problem(after: first) == nil)
        #expect(moved.problem(after: first) != nil)
        #expect(later.problem(after: first) == nil)
    }
}
