// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Logging
import Synchronization

/// Logs changes of a source's discovery: a failure when it begins, changes or ends, added and removed workspaces, and a
/// warning if no or far fewer workspaces are left to poll. Repeated failures are logged at debug level.
final class DiscoveryLog: Sendable {
    private struct State {
        var reason: FailureReason?
        /// Whether the last list had malformed records or fields.
        var isMalformed = false
        /// The counts of the last successful discovery.
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
        logger.note(
            failure, previous: before, "discovery failed; continuing with known workspaces",
            continued: "discovery still failing", changed: "discovery failed, reason changed")
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
            logger.notice("discovery recovered", metadata: ["reason": "\(reason.rawValue)"])
        }
        // Not when only the numbers change: they may change with every list.
        if isMalformed, !old.isMalformed {
            logger.warning(
                "workspace list has malformed records",
                metadata: [
                    "skipped_records": .stringConvertible(list.skippedRecords),
                    "malformed_fields": .stringConvertible(list.malformedFields),
                ])
        } else if !isMalformed, old.isMalformed {
            logger.notice("workspace list no longer has malformed records")
        }
        noteChange(to: count, from: old.count)
        guard workspaces != before else { return }
        let ids = Set(workspaces.map(\.id))
        let oldIDs = Set((before ?? []).map(\.id))
        // Names may change with every list.
        logger.log(
            level: before != nil && ids == oldIDs ? .debug : .info, "workspaces discovered",
            metadata: [
                "workspaces": .stringConvertible(workspaces.count),
                "added": .stringConvertible(ids.subtracting(oldIDs).count),
                "removed": .stringConvertible(oldIDs.subtracting(ids).count),
            ])
    }

    /// Logs a loss of workspaces. Only the comparison with the previous counts tells it from a source without
    /// workspaces.
    private func noteChange(to count: DiscoveredCount, from before: DiscoveredCount?) {
        var metadata: Logger.Metadata = [
            "found": .stringConvertible(count.found), "left_out": .stringConvertible(count.leftOut),
        ]
        if let before {
            metadata["found_before"] = .stringConvertible(before.found)
            metadata["left_out_before"] = .stringConvertible(before.leftOut)
        }
        switch count.change(since: before) {
        case .lostAll: logger.warning("discovery found no workspaces to poll", metadata: metadata)
        case .regained: logger.notice("discovery found workspaces to poll again", metadata: metadata)
        case .fell: logger.warning("discovery found fewer than half of the previous workspaces", metadata: metadata)
        case nil: break
        }
    }
}
