// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// A status report as JSON; the format is documented in `docs/status-api.md`.
enum StatusJSON {
    /// The maximum number of problems of a listing.
    private static let maximumProblems = 1_000

    /// - Parameter isDetailed: whether the listings have all their endpoints and the history of their polls, which are
    ///   too large for many workspaces.
    static func text(_ overview: StatusOverview, version: String, isDetailed: Bool) -> String {
        let report = overview.report
        let value: JSONValue = [
            "version": .string(version), "time": time(report.time), "started_at": time(report.startedAt),
            "reload": [
                "loaded_at": time(report.reload.loadedAt), "failed_at": time(report.reload.failure?.at),
                "error": JSONValue(report.reload.failure?.error),
            ],
            "poll": [
                "interval_seconds": seconds(report.interval), "stale_after_seconds": seconds(report.staleAfter),
            ],
            "shard": ["ordinal": JSONValue(report.shard.ordinal), "total": JSONValue(report.shard.total)],
            "state": .string(overview.state.rawValue), "needs_attention": attention(overview),
            "endpoints": overview.totals.map { totals($0, overview.counts) } ?? .null,
            "sources": .array(overview.sources.map { source($0, warning: report.warning(of: $0.status)) }),
            "workspaces": .array(
                overview.workspaces.map { workspace($0, in: report, isDetailed: isDetailed) }),
        ]
        return redacted(value).text + "\n"
    }

    private static func redacted(_ value: JSONValue) -> JSONValue {
        value.mapStrings { KnownSecrets.shared.redacting($0) }
    }

    /// The numbers of what needs attention; those of endpoints are null without any data.
    private static func attention(_ overview: StatusOverview) -> JSONValue {
        let hasData = overview.withoutData < overview.workspaces.count
        return [
            "sources": JSONValue(overview.unhealthySources.count),
            "workspaces": JSONValue(overview.workspacesDown.count),
            "endpoints": .object(
                Attention.allCases.map {
                    (name: $0.rawValue, value: hasData ? JSONValue(overview.counts.attention[$0, default: 0]) : .null)
                }), "workspaces_without_data": JSONValue(overview.withoutData),
        ]
    }

    private static func totals(_ totals: EndpointTotals, _ counts: RecordCounts) -> JSONValue {
        [
            "records": JSONValue(totals.records), "running": JSONValue(totals.running),
            "in_transition": JSONValue(counts.phases[.inTransition, default: 0]),
            "with_error_code": JSONValue(counts.withError),
            "capacity": capacity(totals.capacities), "resources": resources(totals.resources),
        ]
    }

    private static func capacity(_ capacities: [ListingSummary.Capacity]) -> JSONValue {
        .array(
            capacities.map {
                ["unit": .string($0.unit), "reserved": .integer($0.reserved), "maximum": .integer($0.maximum)]
            })
    }

    private static func resources(_ resources: [ListingSummary.Resource]) -> JSONValue {
        .array(
            resources.map {
                ["resource": .string($0.name), "minimum": .integer($0.minimum), "maximum": .integer($0.maximum)]
            })
    }

    /// A text for people in every language; null without one.
    private static func text(_ phrase: Phrase?) -> JSONValue {
        phrase.map { phrase in .object(Language.allCases.map { ($0.rawValue, .string($0(phrase))) }) } ?? .null
    }

    private static func source(_ entry: StatusOverview.Source, warning: DiscoveryWarning?) -> JSONValue {
        let source = entry.status
        return [
            "name": .string(source.name), "state": .string(entry.health.rawValue), "region": JSONValue(source.region),
            "credential": [
                "kind": .string(source.credential.kind.rawValue), "agency": .boolean(source.credential.assumesAgency),
                "expires_at": time(source.credential.expiresAt),
            ],
            "throttled": .boolean(source.isThrottled), "throttled_until": time(source.throttledUntil),
            "locked_out_until": time(source.nextProbe), "round_seconds": source.round.map(seconds) ?? .null,
            "requests_per_minute": JSONValue(source.requestsPerMinute),
            "requests_per_minute_limit": source.requestsPerMinuteLimit.map { .number("\($0)") } ?? .null,
            "discovery": source.discovery.map { discovery in
                [
                    "tried": .boolean(discovery.isTried), "reason": JSONValue(discovery.failure?.rawValue),
                    "workspaces": discovery.workspaces.map { JSONValue($0) } ?? .null,
                    "selected": discovery.selected.map { JSONValue($0) } ?? .null,
                    "excluded": discovery.excluded.map { JSONValue($0) } ?? .null,
                    "last_success": time(discovery.lastSuccess),
                ]
            } ?? .null, "warning": JSONValue(warning.map { Language.english($0.text(source: source.name)) }),
            "quotas": source.quotas.map { quotas($0, remedy: entry.quotasRemedy) } ?? .null,
            "remedy": text(entry.remedy?.text),
        ]
    }

    private static func quotas(_ quotas: QuotaStatus, remedy: Remedy?) -> JSONValue {
        let failure = quotas.failure
        return [
            "state": .string(quotas.state.rawValue), "stale": .boolean(quotas.isStale),
            "last_success": time(quotas.lastSuccess), "failing_since": time(quotas.failingSince),
            "reason": JSONValue(failure?.reason.rawValue), "message": JSONValue(failure?.message),
            "http_status": failure?.status.map { JSONValue($0) } ?? .null,
            "error_code": JSONValue(failure?.code), "request_id": JSONValue(failure?.requestID),
            "remedy": text(remedy?.text),
            "malformed_values": quotas.exported.map { JSONValue($0.malformed) } ?? .null,
            "dropped_resources": quotas.exported.map { JSONValue($0.dropped) } ?? .null,
            "resources": quotas.exported.map { list in
                .array(
                    list.quotas.map {
                        [
                            "resource": .string($0.resource), "used": $0.used.map { .integer($0) } ?? .null,
                            "limit": $0.limit.map { .integer($0) } ?? .null,
                        ]
                    })
            } ?? .null,
        ]
    }

    private static func workspace(_ status: WorkspaceStatus, in report: StatusReport, isDetailed: Bool) -> JSONValue {
        let workspace = status.workspace
        return [
            "source": .string(workspace.key.source), "workspace_id": .string(workspace.key.workspaceID),
            "name": .string(workspace.name), "region": JSONValue(workspace.regionID),
            "base_url": .string(workspace.baseURL),
            "enterprise_project_id": JSONValue(workspace.enterpriseProjectID),
            "discovered": .boolean(workspace.isDiscovered),
            "labels": .object(
                workspace.infoLabels.sorted { $0.key < $1.key }.map { (name: $0.key, value: .string($0.value)) }),
            "state": .string(status.state.rawValue),
            "remedy": text(report.remedy(for: status)?.text),
            "listings": .array(status.listings.map { listing($0, now: report.time, isDetailed: isDetailed) }),
        ]
    }

    private static func listing(_ status: ListingStatus, now: Timestamp, isDetailed: Bool) -> JSONValue {
        [
            "listing": .string(status.name), "state": .string(status.state.rawValue),
            "withdrawn": .boolean(status.isStale), "last_success": time(status.lastSuccess),
            "failing_since": time(status.failingSince),
            "served": status.exported.map { exported in
                served(
                    exported, problems: status.needingAttention(at: now),
                    endpoints: isDetailed ? endpoints(exported.records, now: now) : .null)
            } ?? .null,
            "polls": .array(status.polls.map(poll)),
            "history": isDetailed ? .array(status.history.map(pastPoll)) : .null,
        ]
    }

    private static func served(
        _ listing: ListingStatus.ExportedData, problems: [AttentionRecord], endpoints: JSONValue
    ) -> JSONValue {
        [
            "age_seconds": seconds(listing.age), "records": JSONValue(listing.counts.records),
            "by_status": .object(
                listing.summary.statuses.map {
                    (name: KnownSecrets.shared.redacting($0.status), value: JSONValue($0.records))
                }),
            "with_error": JSONValue(listing.summary.withError),
            "oldest_waiting": time(listing.summary.oldestWaiting),
            "newest_failure": time(listing.summary.newestFailure),
            "failed_queries": .array(listing.summary.failedQueries.map(failedQuery)),
            "capacity": capacity(listing.summary.capacities), "resources": resources(listing.summary.resources),
            "skipped_records": JSONValue(listing.counts.skippedRecords),
            "malformed_fields": JSONValue(listing.counts.malformedFields),
            "cut_values": JSONValue(listing.counts.cutValues),
            "dropped_details": JSONValue(listing.summary.droppedDetails), "problem_count": JSONValue(problems.count),
            "problems": array(problems.prefix(maximumProblems)) { endpoint($0.row, $0.attention) },
            "endpoints": endpoints,
        ]
    }

    private static func failedQuery(_ failed: ListingSummary.FailedQuery) -> JSONValue {
        [
            "query": .string(failed.query.rawValue), "count": JSONValue(failed.count),
            "reason": .string(failed.failure.reason.rawValue), "message": .string(failed.failure.message),
        ]
    }

    private static func endpoints(_ records: RecordList, now: Timestamp) -> JSONValue {
        let ordered = records.map { (id: $0.id, row: $0) }.sorted { $0.id < $1.id }
        return array(ordered) { endpoint($0.row, $0.row.attention(at: now)) }
    }

    /// Returns an array that is encoded element by element: the tree of 100,000 endpoints would need too much memory.
    private static func array<Element>(_ elements: some Sequence<Element>, _ value: (Element) -> JSONValue) -> JSONValue
    {
        var text = "["
        for element in elements {
            if text.utf8.count > 1 { text += "," }
            text += redacted(value(element)).text
        }
        return .encoded(text + "]")
    }

    private static func endpoint(_ row: RecordList.Row, _ attention: Attention?) -> JSONValue {
        let detail = row.detail
        return [
            "attention": JSONValue(attention?.rawValue),
            "endpoint_id": .string(detail.id.text), "name": JSONValue(detail.name), "type": .string(detail.type),
            "status": .string(detail.status),
            "visibility": JSONValue(detail.visibility.isEmpty ? nil : detail.visibility),
            "status_since": time(detail.since), "error_code": JSONValue(detail.errorCode),
            "error_msg": JSONValue(detail.errorMessage), "description": JSONValue(detail.description),
            "owner": JSONValue(detail.owner), "owner_id": JSONValue(detail.ownerID),
            "create_time": time(detail.createTime), "cap_id": JSONValue(detail.capID),
            "pool_id": JSONValue(detail.poolID),
        ]
    }

    private static func poll(_ poll: ListingStatus.Poll) -> JSONValue {
        [
            "ended_at": time(poll.endedAt), "duration_seconds": seconds(poll.duration),
            "reason": JSONValue(poll.failure?.reason.rawValue), "message": JSONValue(poll.failure?.message),
            "http_status": poll.failure?.status.map { JSONValue($0) } ?? .null,
            "error_code": JSONValue(poll.failure?.code), "request_id": JSONValue(poll.failure?.requestID),
        ]
    }

    private static func pastPoll(_ poll: PollHistory.Poll) -> JSONValue {
        [
            "ended_at": time(poll.endedAt), "duration_seconds": seconds(poll.duration),
            "reason": JSONValue(poll.reason?.rawValue),
        ]
    }

    private static func time(_ time: Timestamp?) -> JSONValue {
        time.map { .string($0.iso8601(fractionDigits: 3)) } ?? .null
    }

    /// Formats a duration in seconds with three decimals; 0 if it is negative.
    private static func seconds(_ duration: Duration) -> JSONValue {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        if seconds < 0 || milliseconds < 0 { return .number("0.000") }
        return .number("\(seconds).\(String(1_000 + milliseconds).dropFirst())")
    }
}
