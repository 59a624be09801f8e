// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import HTTPClient
import TestSupport
import Testing

@testable import Fabric
@testable import Listings

@Suite struct JobRunListingTests {
    private static let statuses = [
        "PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "SUCCEEDED", "STOPPED", "FAILED",
    ]

    private let listing: JobRunListing

    init() {
        var settings = ListingSettings(details: .problems, maximumDetails: 10)
        settings.servicesURL = "https://services.example"
        listing = JobRunListing(
            of: Workspace(
                key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "lake", baseURL: "https://x"),
            settings: settings)
    }

    /// Returns the status that a request asks for.
    private static func status(_ url: String) -> String {
        url.split(separator: "status=").last.map(String.init) ?? ""
    }

    /// Returns a response with one row.
    private static func body(_ total: Int, _ status: String, created: String? = nil, updated: String? = nil) -> String {
        let row: JSONValue = [
            "id": "r", "status": .string(status), "create_time": JSONValue(created), "update_time": JSONValue(updated),
        ]
        return JSONValue.object([
            (name: "total", value: JSONValue(total)), (name: "job_runs", value: .array(total == 0 ? [] : [row])),
        ]).text
    }

    /// Reads the listing with a response for each status; others have no runs.
    private func read(
        _ bodies: [String: String], at seconds: Int64? = nil
    ) async throws -> (
        snapshot: ListingSnapshot, urls: [String]
    ) {
        let transport = FakeTransport { request, _ in
            let status = Self.status(request.url)
            return .response(200, bodies[status] ?? Self.body(0, status))
        }
        let snapshot = try await listing.read(
            through: client(transport), client(transport).turn(of: "w1"), memory: nil
        ).snapshot
        return (snapshot, transport.urls)
    }

    private func client(_ transport: FakeTransport) -> SourceClient {
        let clock = ManualClock()
        return SourceClient(
            transport: transport, credentials: TokenCredentials(.value(Secret("token-of-the-test"))), clock: clock,
            limiter: RequestLimiter(concurrency: 4, clock: clock), settings: PollSettings())
    }

    /// Returns the failure of a read with these responses, and the number of its requests.
    private func failure(_ bodies: [String: String]) async throws -> (failure: APIFailure?, requests: Int) {
        let transport = FakeTransport { request, _ in
            let status = Self.status(request.url)
            return .response(200, bodies[status] ?? Self.body(0, status))
        }
        do throws(APIFailure) {
            let client = client(transport)
            _ = try await listing.read(through: client, client.turn(of: "w1"), memory: nil)
            return (nil, transport.urls.count)
        } catch {
            return (error, transport.urls.count)
        }
    }

    @Test func `Each status is one request for one row, in a fixed order`() async throws {
        let (_, urls) = try await read([:])
        #expect(
            urls
                == Self.statuses.map {
                    "https://services.example/v1/workspaces/w1/jobs/runs?limit=1&order_by="
                        + ($0 == "FAILED" ? "DESC" : "ASC") + "&sort_by=CREATE_TIME&status=\($0)"
                })
    }

    @Test func `All statuses are counted, and those without runs are zero`() async throws {
        let (snapshot, _) = try await read([
            "SUCCEEDED": Self.body(70_000, "SUCCEEDED"), "FAILED": Self.body(3, "FAILED"),
            "PENDING": Self.body(2, "PENDING"),
        ])
        #expect(
            snapshot.samples(of: "job_runs") == [
                #"status="CREATING" 0"#, #"status="FAILED" 3"#, #"status="PENDING" 2"#, #"status="RUNNING" 0"#,
                #"status="STOPPED" 0"#, #"status="STOPPING" 0"#, #"status="SUCCEEDED" 70000"#, #"status="UPDATING" 0"#,
            ])
        #expect(snapshot.samples(of: "workspace_listed_records") == [#"listing="job_runs" 70005"#])
        #expect(snapshot.counts == .init(records: 70_005))
        #expect(snapshot.summary.statuses.map(\.status) == ["FAILED", "PENDING", "SUCCEEDED"])
        #expect(snapshot.details.isEmpty && snapshot.records.isEmpty)
    }

    @Test func `The oldest waiting run is the earlier one of PENDING and CREATING`() async throws {
        let bodies = [
            "PENDING": Self.body(2, "PENDING", created: "2020-09-13T12:26:42Z", updated: "2020-09-13T12:26:40Z"),
            "CREATING": Self.body(1, "CREATING", created: "2020-09-13T12:26:41Z"),
            "RUNNING": Self.body(1, "RUNNING", created: "2020-09-13T12:26:40Z"),
        ]
        let family = "job_run_oldest_waiting_timestamp_seconds"
        #expect(try await read(bodies).snapshot.samples(of: family) == ["\(start + 1)"])
        let pending = try await read(bodies.filter { $0.key != "CREATING" }).snapshot
        #expect(pending.samples(of: family) == ["\(start + 2)"])
        #expect(pending.summary.oldestWaiting == Timestamp(seconds: start + 2))
        #expect(try await read(bodies.filter { $0.key == "RUNNING" }).snapshot.samples(of: family) == [])
    }

    @Test func `The newest failure has the time of its update, or else of its creation`() async throws {
        let family = "job_run_newest_failure_timestamp_seconds"
        let (created, updated) = ("2020-09-13T12:26:40Z", "2020-09-13T12:26:45.5Z")
        let both = try await read(["FAILED": Self.body(1, "FAILED", created: created, updated: updated)]).snapshot
        #expect(both.samples(of: family) == ["\(start + 5).5"])
        #expect(both.summary.newestFailure == Timestamp(microseconds: (start + 5) * 1_000_000 + 500_000))
        let one = try await read(["FAILED": Self.body(1, "FAILED", created: created)]).snapshot
        #expect(one.samples(of: family) == ["\(start)"])
        #expect(try await read(["FAILED": Self.body(1, "FAILED")]).snapshot.samples(of: family) == [])
        #expect(try await read([:]).snapshot.samples(of: family) == [])
    }

    @Test func `Implausible times are absent and counted; those in the near future are the end of the poll`()
        async throws
    {
        let now = ManualClock().wallMicroseconds
        let ahead = Timestamp(microseconds: now + 3_600_000_000).iso8601()
        let (snapshot, _) = try await read([
            "PENDING": Self.body(1, "PENDING", created: "1970-01-01T00:00:00Z", updated: "0001-01-01T00:00:00Z"),
            "CREATING": Self.body(1, "CREATING", created: ahead),
            "FAILED": Self.body(1, "FAILED", created: ahead, updated: "soon"),
        ])
        #expect(snapshot.counts.malformedFields == 3)
        #expect(snapshot.summary.oldestWaiting == Timestamp(microseconds: now))
        #expect(snapshot.summary.newestFailure == Timestamp(microseconds: now))
    }

    @Test(arguments: ["SUCCEEDED", "running", "none"])
    func `A service that ignores the filter fails the poll`(_ status: String) async throws {
        let row = status == "none" ? #"{"total":9,"job_runs":[{"id":"r"}]}"# : Self.body(9, status)
        let (failure, requests) = try await failure(["RUNNING": row])
        #expect(failure?.reason == .response && requests == 3)
        #expect(
            failure?.message
                == "requested job runs with status RUNNING, received status \(status): the service ignores the filter")
    }

    @Test func `A secret in place of the status is not repeated in the message`() async throws {
        let secret = "SECRET-of-a-job-run"
        let known = Secret(secret)
        let (failure, _) = try await failure(["RUNNING": Self.body(9, secret)])
        #expect(failure?.message.contains(secret) == false && failure?.reason == .response)
        withExtendedLifetime(known) {}
    }

    @Test(arguments: [
        (#"{"job_runs":[{"status":"FAILED"}]}"#, FailureReason.response), (#"{"total":-3,"job_runs":[]}"#, .response),
        (#"{"total":5000000000,"job_runs":[{"status":"FAILED"}]}"#, .response),
        (#"{"total":5,"job_runs":[]}"#, .inconsistent), ("[]", .response),
    ])
    func `One response without a valid count fails the poll`(_ body: String, _ reason: FailureReason) async throws {
        #expect(try await failure(["FAILED": body]).failure?.reason == reason)
    }

    @Test func `A missing permission costs one request, and the remedy names the policy`() async throws {
        let transport = FakeTransport([.response(403, "{}")])
        let client = client(transport)
        await #expect(throws: APIFailure.self) {
            try await listing.read(through: client, client.turn(of: "w1"), memory: nil)
        }
        #expect(transport.urls.count == 1)
        for language in Language.allCases {
            #expect(language(JobRunListing.permission).contains("DataArtsFabricReadOnlyPolicy"))
        }
    }

    @Test func `check reads all counts, so its numbers are exact`() async throws {
        let transport = FakeTransport { request, _ in
            let status = Self.status(request.url)
            return .response(200, Self.body(status == "PENDING" ? 4 : 0, status, created: "2020-09-13T12:26:40Z"))
        }
        let probe = try await listing.probe(through: client(transport))
        #expect(probe.records == 4 && probe.requests == 8 && probe.isExact && transport.urls.count == 8)
        // Eight counts and the time of the oldest run, plus the families of every listing.
        #expect(probe.series == 9 + ListingFamilies.familyGroup.families.count)
    }
}
