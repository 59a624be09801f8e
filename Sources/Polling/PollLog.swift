// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Logging
import Synchronization

/// Logs changes of one listing of a workspace: a failure when it begins, changes or ends, a record's error when it changes, at
/// a limited rate. Repeated failures are not logged again, except at level debug.
final class PollLog: Sendable {
    private struct State {
        var reason: FailureReason?
        /// Whether the last listing had malformed records or fields.
        var isMalformed = false
        var errorLimit = LogLineLimiter()
    }

    private let logger: Logger
    /// The name of one record of the listing.
    private let record: String
    /// The logger for lines about the whole source.
    private let sourceLogger: Logger
    private let state = Mutex(State())

    init<L: Listing>(of listing: L.Type, of workspace: Workspace, logger: Logger) {
        record = L.record
        var logger = logger
        logger[metadataKey: "source"] = "\(workspace.key.source)"
        sourceLogger = logger
        logger[metadataKey: "workspace_id"] = "\(workspace.key.workspaceID)"
        logger[metadataKey: "listing"] = "\(L.name)"
        self.logger = logger
    }

    func noteFailure(_ failure: APIFailure) {
        let before = state.withLock { state in
            defer { state.reason = failure.reason }
            return state.reason
        }
        let metadata = failure.logMetadata
        switch before {
        case nil: logger.error("Polling the workspace fails.", metadata: metadata)
        case failure.reason: logger.debug("Polling the workspace still fails.", metadata: metadata)
        default: logger.error("Polling the workspace fails for another reason.", metadata: metadata)
        }
    }

    /// - Parameter round: the duration of one round of polls of all workspaces of the source.
    func noteOverload(round: Duration, interval: Duration) {
        sourceLogger.warning(
            "workspaces take turns: polling all of them takes longer than the interval",
            metadata: ["round_seconds": "\(round.wholeSeconds)", "interval_seconds": "\(interval.wholeSeconds)"])
    }

    func noteEndOfOverload() { sourceLogger.notice("workspaces no longer wait for their turn") }

    func noteSuccess(_ counts: ListingSnapshot.Counts, duration: Duration) {
        let isMalformed = counts.skippedRecords > 0 || counts.malformedFields > 0 || counts.cutValues > 0
        let before = state.withLock { state in
            defer { (state.reason, state.isMalformed) = (nil, isMalformed) }
            return state
        }
        if let reason = before.reason {
            logger.notice("Polling the workspace works again.", metadata: ["reason": "\(reason.rawValue)"])
        }
        let oddities: Logger.Metadata = [
            "skipped_records": "\(counts.skippedRecords)", "malformed_fields": "\(counts.malformedFields)",
            "cut_values": "\(counts.cutValues)",
        ]
        // Not at every change of the numbers: they may change with every listing, and are metrics.
        if isMalformed, !before.isMalformed {
            logger.warning(
                "the listing holds records without a usable id, fields of a wrong type or values that were cut",
                metadata: oddities)
        } else if !isMalformed, before.isMalformed {
            logger.notice(
                "the listing no longer holds records without a usable id, fields of a wrong type or values that were cut"
            )
        }
        let listed: Logger.Metadata = ["records": "\(counts.records)", "duration": "\(duration)"]
        logger.debug("Listed the workspace.", metadata: listed.merging(oddities) { $1 })
    }

    /// Logs new and changed errors of records, up to the rate limit.
    func noteDetails(
        _ details: [RecordDetail], before: [RecordDetail], now: @autoclosure () -> ContinuousClock.Instant
    ) {
        let known = Dictionary(uniqueKeysWithValues: before.map { ($0.id, $0) })
        for detail in details {
            guard let code = detail.errorCode else { continue }
            if let old = known[detail.id], old.errorCode == code, old.errorMessage == detail.errorMessage { continue }
            let moment = now()
            guard state.withLock({ $0.errorLimit.admits(moment) }) else { continue }
            var metadata: Logger.Metadata = [
                "\(record)_id": "\(detail.id)", "status": "\(detail.status)", "error_code": "\(code)",
            ]
            if let name = detail.name { metadata["\(record)_name"] = "\(name)" }
            if let message = detail.errorMessage { metadata["error_msg"] = "\(message)" }
            logger.warning("a record has an error", metadata: metadata)
        }
    }

    /// Logs the number of errors that the rate limit dropped, if their minute ends before the next poll.
    /// - Parameter time: the time of the next poll; nil if there is none.
    func noteUnlogged(by time: ContinuousClock.Instant?) {
        let count = state.withLock { $0.errorLimit.takeDropped(by: time) }
        guard count > 0 else { return }
        logger.warning("errors of records were not logged", metadata: ["count": "\(count)"])
    }
}

extension Duration {
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
