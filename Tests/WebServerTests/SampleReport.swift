// SPDX-License-Identifier: Apache-2.0
import Base
import Listings
import Polling
import Testing

@testable import Fabric

/// Status reports for tests of pages.
enum SampleReport {
    /// 2027-01-15T08:00:00Z.
    static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    static func before(_ seconds: Int64) -> Timestamp {
        Timestamp(microseconds: now.microseconds - seconds * 1_000_000)
    }

    static let failure = ListingStatus.Failure(
        reason: .forbidden, message: "X-Auth-Token is invalid <b>in</b> the request", status: 403, code: "403",
        requestID: "3f1a\"&b")

    static func workspace(
        _ id: String, _ name: String, source: String = "cn-north-4", api: APIVersion = .v1, discovered: Bool = false
    ) -> Workspace {
        Workspace(
            key: WorkspaceKey(source: source, workspaceID: id), name: name, regionID: "cn-north-4",
            baseURL: "https://fabric.example/", api: api, enterpriseProjectID: discovered ? "ep-1" : nil,
            isDiscovered: discovered)
    }

    static func row(
        _ id: String, _ name: String?, _ status: String, code: String? = nil, message: String? = nil
    ) -> JSONValue {
        [
            "id": .string(id), "name": JSONValue(name), "type": "SQL", "status": .string(status),
            "create_time": .string(before(10_800).iso8601()),
            "reserved_resource": ["dpu": ["warm_up_num": 2, "max_num": 8]],
            "error_code": JSONValue(code), "error_msg": JSONValue(message),
        ]
    }

    /// Returns an endpoint as API v2 returns it, on the compute pool `pool-1`.
    static func lakeRow(
        _ id: String, _ status: String, _ resources: [(type: String, minimum: Int64, maximum: Int64)]
    )
        -> JSONValue
    {
        [
            "id": .string(id), "name": .string("name-\(id)"), "status": .string(status),
            "engine": ["type": "RayCluster"], "resource_type": "RESERVED", "compute_id": "pool-1",
            "capacity": .array(
                resources.map {
                    [
                        "type": .string($0.type), "minimum_capacity": .integer($0.minimum),
                        "maximum_capacity": .integer($0.maximum),
                    ]
                }), "create_time": .string(before(10_800).iso8601()),
        ]
    }

    /// Returns the data of a listing of `rows`, and of a record without a valid id in which two fields have a wrong
    /// type.
    static func served(_ rows: [JSONValue], age: Int64 = 12, api: APIVersion = .v1) -> ListingStatus.ExportedData {
        let listing = EndpointListing(
            of: workspace("w", "w", api: api),
            settings: .init(details: .problems, maximumDetails: 100, keepsRecords: true))
        let page: JSONValue = ["endpoints": .array(rows + [["id": 1, "name": 2]])]
        var (tally, filter) = (listing.fold(memory: nil), RowFilter(plausibleTimes: PlausibleTimes(now: now)))
        var body = Array(page.text.utf8)
        do throws(PageDecodingError) {
            let decoder = PageDecoder()
            _ = try decoder?.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &tally)
        } catch {
            Issue.record(error)
        }
        let listed = ListedRows(
            fold: tally, rows: filter.ids.count, skippedRecords: filter.skipped, malformedFields: filter.malformed)
        let snapshot = listing.snapshot(of: listed, now: now, instant: .now).snapshot
        return ListingStatus.ExportedData(
            age: .seconds(age), counts: snapshot.counts, summary: snapshot.summary, records: snapshot.records)
    }

    static func endpoints(
        _ polls: [ListingStatus.Poll], lastSuccess: Timestamp?, failingSince: Timestamp? = nil,
        _ served: ListingStatus.ExportedData?
    ) -> [ListingStatus] {
        [
            ListingStatus(
                name: "endpoints", polls: polls, history: history(before: polls), lastSuccess: lastSuccess,
                failingSince: failingSince, exported: served)
        ]
    }

    /// Returns the history of `polls` after a failed one an hour ago.
    private static func history(before polls: [ListingStatus.Poll]) -> PollHistory {
        var history = PollHistory()
        guard !polls.isEmpty else { return history }
        history.append(.init(endedAt: before(3_600), duration: .seconds(10), reason: .timeout))
        for poll in polls.reversed() {
            history.append(.init(endedAt: poll.endedAt, duration: poll.duration, reason: poll.failure?.reason))
        }
        return history
    }

    static func poll(_ seconds: Int64, _ failure: ListingStatus.Failure? = nil) -> ListingStatus.Poll {
        ListingStatus.Poll(endedAt: before(seconds), duration: .milliseconds(1_250), failure: failure)
    }

    /// Quotas with one that is nearly used up and one that is, one without a limit and one without a number.
    static let quotas = QuotaStatus(
        isTried: true, lastSuccess: before(1_800),
        exported: QuotaList(
            quotas: [
                Quota(resource: "compute <b>", used: 92, limit: 100),
                Quota(resource: "endpoint", used: 1_200, limit: 1_200),
                Quota(resource: "model", used: 89, limit: 100), Quota(resource: "workspace", used: 4, limit: nil),
                Quota(resource: "x", used: nil, limit: nil),
            ], malformed: 2, dropped: 1))

    /// Returns a report with four workspaces: one that is ok, one that fails and still has data, one whose data is
    /// stale and one that is pending. One of the sources is locked out and uses discovery.
    static func report() -> StatusReport {
        StatusReport(
            time: now, startedAt: before(90_061),
            reload: .init(
                loadedAt: before(7_200),
                failure: .init(
                    at: before(600), error: "config.yaml:3:1: unknown key \"polls\" <did you mean \"poll\"?>")),
            interval: .seconds(60), staleAfter: .seconds(300),
            sources: [
                SourceStatus(
                    name: "cn-north-4", region: "cn-north-4", credential: .init(kind: .token),
                    remedies: SourceRemedies(
                        baseURL: "https://fabric.cn-north-4.myhuaweicloud.com", credential: .token),
                    throttledUntil: before(-4), nextProbe: nil, discovery: nil, quotas: quotas, requestsPerMinute: 42,
                    requestsPerMinuteLimit: 1_200),
                SourceStatus(
                    name: "zweite & <Quelle>", region: nil,
                    credential: .init(kind: .accessKey, assumesAgency: true, expiresAt: before(-2_700)),
                    remedies: SourceRemedies(
                        baseURL: "https://fabric.example", credential: .accessKey, assumesAgency: true,
                        proxy: .init(address: "proxy.example:3128", origin: .setting)),
                    nextProbe: before(-90),
                    discovery: .init(
                        isTried: true, failure: .unauthenticated, workspaces: 3, selected: 2,
                        lastSuccess: before(4_000)),
                    quotas: QuotaStatus(
                        isTried: true, failure: failure, lastSuccess: before(90_000), failingSince: before(86_400))),
            ],
            workspaces: [
                WorkspaceStatus(
                    workspace: workspace("w1", "数据湖 <script>alert(1)</script>"),
                    listings: endpoints(
                        [poll(12), poll(72, failure)], lastSuccess: before(12),
                        served([
                            row("e1", "good", "RUNNING"), row("e2", "stuck \u{202E}name", "CREATING"),
                            row("e3", nil, "CREATE_FAILED", code: "Fabric.1001", message: "no <capacity> & 'more'"),
                        ]))),
                WorkspaceStatus(
                    workspace: workspace("w2", "forbidden"),
                    listings: endpoints(
                        [poll(5, failure)], lastSuccess: before(200), failingSince: before(5),
                        served([row("e4", "four", "RUNNING")], age: 200))),
                WorkspaceStatus(
                    workspace: workspace("w3", "old", source: "zweite & <Quelle>", discovered: true),
                    listings: endpoints(
                        [poll(5, failure)], lastSuccess: before(90_000), failingSince: before(89_940), nil)),
                WorkspaceStatus(
                    workspace: workspace("w4", "new", source: "zweite & <Quelle>"),
                    listings: endpoints([], lastSuccess: nil, nil)),
            ])
    }

    /// Returns a report without workspaces: one source discovers none, one excludes all, one has always failed, one is
    /// pending.
    static func blind() -> StatusReport {
        func source(
            _ name: String, tried: Bool = true, failure: FailureReason? = nil, found: Int? = nil, selected: Int? = nil
        ) -> SourceStatus {
            SourceStatus(
                name: name, region: nil, credential: .init(kind: .environment),
                remedies: SourceRemedies(baseURL: "https://fabric.example", credential: .environment), nextProbe: nil,
                discovery: .init(
                    isTried: tried, failure: failure, workspaces: found, selected: selected,
                    lastSuccess: found.map { _ in before(30) }))
        }
        return StatusReport(
            time: now, startedAt: before(60), reload: .init(loadedAt: before(60)), interval: .seconds(60),
            staleAfter: .seconds(300),
            sources: [
                source("a-found-none", found: 0, selected: 0), source("b-left-out", found: 12, selected: 0),
                source("c-failing", failure: .forbidden), source("d-new", tried: false),
            ], workspaces: [])
    }

    /// Returns a report with a workspace of API v2 and one of API v1.
    static func lake() -> StatusReport {
        var report = large(2)
        let rows = [
            lakeRow("e1", "RUNNING", [("CPU", 64, 128), ("NPU", 8, 16), ("FPGA", 1, 1)]),
            lakeRow("e2", "CREATE_FAILED", [("cpu", 1_200, 2_400)]),
        ]
        report.workspaces[0] = WorkspaceStatus(
            workspace: workspace("w1", "lakehouse", api: .v2),
            listings: endpoints([poll(12)], lastSuccess: before(12), served(rows, api: .v2)))
        return report
    }

    /// Returns a report with `count` workspaces that are ok.
    static func large(_ count: Int) -> StatusReport {
        var report = report()
        report.reload.failure = nil
        report.workspaces = (0..<count).map { index in
            WorkspaceStatus(
                workspace: workspace("id-\(index)", "name-\(index)"),
                listings: endpoints([poll(12)], lastSuccess: before(12), served([row("e", nil, "RUNNING")])))
        }
        return report
    }
}
