// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Logging
import Synchronization

/// Logs changes of one listing of a workspace: a failure when it begins, changes or ends, and errors of records when
/// they change, at a limited rate. Repeated failures are logged at debug level.
final class PollLog: Sendable {
    private struct State {
        var reason: FailureReason?
        /// Whether the last listing had malformed records or fields.
        var isMalformed = false
        /// Why queries failed beside the last listing.
        var queryReasons: [PoolQuery: FailureReason] = [:]
        var errorLimit = LogLineLimiter()
        var logger: Logger
    }

    /// The name of one record of the listing.
    private let record: String
    /// The logger for events of the whole source.
    private let sourceLogger: Logger
    private let state: Mutex<State>

    init<L: Listing>(of listing: L.Type, of workspace: Workspace, logger: Logger) {
        record = L.record
        var logger = logger
        logger[metadataKey: "source"] = "\(workspace.key.source)"
        sourceLogger = logger
        logger[metadataKey: "workspace_id"] = "\(workspace.key.workspaceID)"
        logger[metadataKey: "listing"] = "\(L.name)"
        state = Mutex(State(logger: logger))
        setName(of: workspace)
    }

    /// Sets the field `workspace`, which is omitted if the workspace has no name.
    func setName(of workspace: Workspace) {
        let hasName = workspace.name != workspace.key.workspaceID
        state.withLock { $0.logger[metadataKey: "workspace"] = hasName ? "\(workspace.name)" : nil }
    }

    private var logger: Logger { state.withLock { $0.logger } }

    func noteFailure(_ failure: APIFailure) {
        let before = state.withLock { state in
            defer { state.reason = failure.reason }
            return state.reason
        }
        logger.note(
            failure, previous: before, "poll failed", continued: "poll still failing",
            changed: "poll failed, reason changed")
    }

    /// Logs that workspaces are polled less often than the interval, because of the rate limit.
    /// - Parameter round: the time in which every workspace of the source is polled once.
    func noteOverload(round: Duration, interval: Duration) {
        sourceLogger.warning(
            "polling all workspaces takes longer than the interval",
            metadata: [
                "round_seconds": .stringConvertible(round.wholeSeconds),
                "interval_seconds": .stringConvertible(interval.wholeSeconds),
            ])
    }

    func noteEndOfOverload() { sourceLogger.notice("polling all workspaces fits into the interval again") }

    func noteSuccess(_ counts: ListingSnapshot.Counts, duration: Duration) {
        let isMalformed = counts.skippedRecords > 0 || counts.malformedFields > 0 || counts.cutValues > 0
        let before = state.withLock { state in
            defer { (state.reason, state.isMalformed) = (nil, isMalformed) }
            return state
        }
        if let reason = before.reason {
            logger.notice("poll recovered", metadata: ["reason": "\(reason.rawValue)"])
        }
        let malformed: Logger.Metadata = [
            "skipped_records": .stringConvertible(counts.skippedRecords),
            "malformed_fields": .stringConvertible(counts.malformedFields),
            "cut_values": .stringConvertible(counts.cutValues),
        ]
        // Not when only the numbers change: they may change with every listing, and are metrics.
        if isMalformed, !before.isMalformed {
            logger.warning("listing has malformed records", metadata: malformed)
        } else if !isMalformed, before.isMalformed {
            logger.notice("listing no longer has malformed records")
        }
        let listed: Logger.Metadata = [
            "records": .stringConvertible(counts.records),
            "duration_seconds": .stringConvertible(duration / .seconds(1)),
        ]
        logger.debug("listing completed", metadata: listed.merging(malformed) { $1 })
    }

    /// Logs changes of the failures of queries of single records.
    func noteQueries(failed: [ListingSummary.FailedQuery]) {
        let reasons = Dictionary(uniqueKeysWithValues: failed.map { ($0.query, $0.failure.reason) })
        let before = state.withLock { state in
            defer { state.queryReasons = reasons }
            return state.queryReasons
        }
        var logger = logger
        for failed in failed {
            logger[metadataKey: "query"] = "\(failed.query.rawValue)"
            logger[metadataKey: "failed_queries"] = "\(failed.count)"
            logger.note(
                failed.failure, previous: before[failed.query], "queries failed; their values are not exported",
                continued: "queries still failing", changed: "queries failed, reason changed")
        }
        logger[metadataKey: "failed_queries"] = nil
        for (query, reason) in before.sorted(by: { $0.key.rawValue < $1.key.rawValue }) where reasons[query] == nil {
            logger[metadataKey: "query"] = "\(query.rawValue)"
            logger.notice("queries recovered", metadata: ["reason": "\(reason.rawValue)"])
        }
    }

    /// Logs new and changed errors of records, up to the rate limit.
    func noteDetails(
        _ details: [RecordDetail], before: [RecordDetail], now: @autoclosure () -> ContinuousClock.Instant
    ) {
        if details == before { return }
        let known = Dictionary(uniqueKeysWithValues: before.map { ($0.id, $0) })
        for detail in details {
            guard let code = detail.errorCode else { continue }
            if let old = known[detail.id], old.errorCode == code, old.errorMessage == detail.errorMessage { continue }
            let moment = now()
            guard state.withLock({ $0.errorLimit.admits(moment) }) else { continue }
            var metadata: Logger.Metadata = [
                "\(record)_id": "\(detail.id)", "\(record)_status": "\(detail.status)", "error_code": "\(code)",
            ]
            if let name = detail.name { metadata["\(record)_name"] = "\(name)" }
            if let message = detail.errorMessage { metadata["error_msg"] = "\(message)" }
            logger.warning("\(record) error", metadata: metadata)
        }
    }

    /// Logs the number of suppressed errors of records, if the minute in which they occurred ends by `time`.
    /// - Parameter time: the time of the workspace's next poll; nil if there is none.
    func noteUnlogged(by time: ContinuousClock.Instant?) {
        let count = state.withLock { $0.errorLimit.takeDropped(by: time) }
        guard count > 0 else { return }
        logger.warning("\(record) errors suppressed", metadata: ["count": .stringConvertible(count)])
    }
}

extension Duration {
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
