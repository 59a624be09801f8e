// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Logging
import Synchronization

/// Logs changes of reading a source's quotas: a failure when it begins, changes or ends, and unusable values when the
/// first one appears and when the last one is gone. Repeated failures are logged at debug level.
final class QuotaLog: Sendable {
    private struct State {
        var reason: FailureReason?
        var isIncomplete = false
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
            failure, previous: before, "reading quotas failed; continuing with known quotas",
            continued: "reading quotas still failing", changed: "reading quotas failed, reason changed")
    }

    func noteSuccess(_ list: QuotaList) {
        let isIncomplete = list.malformed > 0 || list.dropped > 0
        let before = state.withLock { state in
            defer { state = State(reason: nil, isIncomplete: isIncomplete) }
            return state
        }
        if let reason = before.reason {
            logger.notice("reading quotas recovered", metadata: ["reason": "\(reason.rawValue)"])
        }
        if isIncomplete, !before.isIncomplete {
            logger.warning(
                "quotas have unusable values; they are not exported",
                metadata: [
                    "malformed_values": .stringConvertible(list.malformed),
                    "dropped_resources": .stringConvertible(list.dropped),
                ])
        } else if !isIncomplete, before.isIncomplete {
            logger.notice("quotas no longer have unusable values")
        }
        logger.debug("quotas read", metadata: ["resources": .stringConvertible(list.quotas.count)])
    }
}
