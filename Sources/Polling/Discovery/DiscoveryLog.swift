// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Logging
import Synchronization

/// Logs changes of a source's discovery: a failure when it begins, changes or ends, added and removed workspaces, and a warning
/// when no or far fewer workspaces are left to poll. Repeated failures are not logged again, except at level debug.
final class DiscoveryLog: Sendable {
    private struct State {
        var reason: FailureReason?
        /// Whether the last list had malformed records or fields.
        var isMalformed = false
        /// The numbers of the last successful discovery.
        var count: DiscoveredCount?
    }

    private let logger: Logger
    private let state = Mutex(State())

    init(source: String, logger: Logger) {
        var logger = logger
        logger[metadataKey: "source"] = "\(source)"
        self.logger = logger
    }

    func noteFailure(_ failure: APIFailure) {
        let before = state.withLock { state in
            defer { state.reason = failure.reason }
            return state.reason
        }
        switch before {
        case nil:
            logger.error("Discovering workspaces fails.", metadata: failure.logMetadata)
        case failure.reason: logger.debug("Discovering workspaces still fails.", metadata: failure.logMetadata)
        default: logger.error("Discovering workspaces fails for another reason.", metadata: failure.logMetadata)
        }
    }

    func noteSuccess(
        _ list: WorkspaceList, selected: Int, before: [DiscoveredWorkspace]?
    ) {
        let workspaces = list.workspaces
        let count = DiscoveredCount(found: workspaces.count, selected: selected)
        let isMalformed = list.skippedRecords > 0 || list.malformedFields > 0
        let old = state.withLock { state in
            defer { state = State(reason: nil, isMalformed: isMalformed, count: count) }
            return state
        }
        if let reason = old.reason {
            logger.notice("Discovering workspaces works again.", metadata: ["reason": "\(reason.rawValue)"])
        }
        // Not at every change of the numbers: they may change with every list.
        if isMalformed, !old.isMalformed {
            logger.warning(
                "The list of workspaces holds records without a usable id or fields of a wrong type.",
                metadata: [
                    "skipped_records": "\(list.skippedRecords)", "malformed_fields": "\(list.malformedFields)",
                ])
        } else if !isMalformed, old.isMalformed {
            logger.notice(
                "The list of workspaces no longer holds records without a usable id or fields of a wrong type.")
        }
        noteChange(to: count, from: old.count)
        guard workspaces != before else { return }
        let ids = Set(workspaces.map(\.id))
        let oldIDs = Set((before ?? []).map(\.id))
        // Only debug if just names changed: they may change with every list.
        logger.log(
            level: before != nil && ids == oldIDs ? .debug : .info, "Discovered workspaces.",
            metadata: [
                "workspaces": "\(workspaces.count)", "new": "\(ids.subtracting(oldIDs).count)",
                "gone": "\(oldIDs.subtracting(ids).count)",
            ])
    }

    /// Logs important changes of the numbers. Only the comparison with the last discovery distinguishes the loss of all
    /// workspaces from a source that has none.
    private func noteChange(to count: DiscoveredCount, from before: DiscoveredCount?) {
        var metadata: Logger.Metadata = ["found": "\(count.found)", "left_out": "\(count.leftOut)"]
        if let before {
            metadata["found_before"] = "\(before.found)"
            metadata["left_out_before"] = "\(before.leftOut)"
        }
        switch count.change(since: before) {
        case .lostAll: logger.warning("discovery found no workspace to poll", metadata: metadata)
        case .regained: logger.notice("discovery finds workspaces to poll again", metadata: metadata)
        case .fell: logger.warning("discovery found fewer than half of the workspaces of before", metadata: metadata)
        case nil: break
        }
    }
}

extension APIFailure {
    /// The fields of a log line about the failure.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["reason": "\(reason.rawValue)", "error": "\(message)"]
        if let status { metadata["status"] = "\(status)" }
        if let code { metadata["error_code"] = "\(code)" }
        if let requestID { metadata["request_id"] = "\(requestID)" }
        return metadata
    }
}
