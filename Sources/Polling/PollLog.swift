// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
internal import FabricAPI
internal import FabricModel
internal import Logging
import Synchronization

/// Says what happens to a workspace once: a failure when it begins, changes or ends, an endpoint's error when it
/// changes. Never what goes on as before.
final class PollLog: Sendable {
    private struct State {
        var reason: FailureReason?
        var skippedRecords = 0
        var malformedFields = 0
    }

    private let logger: Logger
    /// For what concerns the source as a whole.
    private let sourceLogger: Logger
    private let state = Mutex(State())

    init(workspace: Workspace, logger: Logger) {
        var logger = logger
        logger[metadataKey: "source"] = "\(workspace.key.source)"
        sourceLogger = logger
        logger[metadataKey: "workspace_id"] = "\(workspace.key.workspaceID)"
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

    /// - Parameter round: how long it takes until every workspace of the source has had its turn.
    func noteOverload(round: Duration, interval: Duration) {
        sourceLogger.warning(
            "workspaces take turns: polling all of them takes longer than the interval",
            metadata: ["round_seconds": "\(round.wholeSeconds)", "interval_seconds": "\(interval.wholeSeconds)"])
    }

    func noteEndOfOverload() { sourceLogger.notice("workspaces no longer wait for their turn") }

    func noteSuccess(_ counts: WorkspaceListing.Counts, duration: Duration) {
        let before = state.withLock { state in
            defer {
                state = State(
                    reason: nil, skippedRecords: counts.skippedRecords, malformedFields: counts.malformedFields)
            }
            return state
        }
        if let reason = before.reason {
            logger.notice("Polling the workspace works again.", metadata: ["reason": "\(reason.rawValue)"])
        }
        noteOddities(counts, before: before)
        logger.debug(
            "Listed the workspace.", metadata: ["endpoints": "\(counts.endpoints)", "duration": "\(duration)"])
    }

    private func noteOddities(_ counts: WorkspaceListing.Counts, before: State) {
        if (counts.skippedRecords, counts.malformedFields) == (before.skippedRecords, before.malformedFields) { return }
        guard counts.skippedRecords > 0 || counts.malformedFields > 0 else {
            logger.notice("The listing no longer holds records without an id or fields of a wrong type.")
            return
        }
        logger.warning(
            "The listing holds records without an id or fields of a wrong type.",
            metadata: [
                "skipped_records": "\(counts.skippedRecords)", "malformed_fields": "\(counts.malformedFields)",
            ])
    }

    /// Logs the errors of endpoints that are new or have changed.
    func noteDetails(_ details: [EndpointDetail], before: [EndpointDetail]) {
        let known = Dictionary(uniqueKeysWithValues: before.map { ($0.id, $0) })
        for detail in details {
            guard let code = detail.errorCode else { continue }
            if let old = known[detail.id], old.errorCode == code, old.errorMessage == detail.errorMessage { continue }
            var metadata: Logger.Metadata = [
                "endpoint_id": "\(detail.id)", "status": "\(detail.status.rawValue)", "error_code": "\(code)",
            ]
            if let name = detail.name { metadata["endpoint_name"] = "\(name)" }
            if let message = detail.errorMessage { metadata["error_msg"] = "\(message.prefix(500))" }
            logger.warning("An endpoint has an error.", metadata: metadata)
        }
    }
}

extension Duration {
    fileprivate var wholeSeconds: Int64 { components.seconds + (components.attoseconds > 0 ? 1 : 0) }
}
