// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization

/// Decides which of the events that peers cause are logged: the first at once, then, once per period, how many more came.
struct EventLimit {
    /// What to do about an event.
    enum Decision: Equatable {
        /// Log this one, and ask again when the period is over.
        case log
        /// It is counted; the line at the end of the period will tell.
        case count
    }

    private var isPeriodOpen = false
    private var counted = 0

    /// Notes an event.
    mutating func note() -> Decision {
        guard isPeriodOpen else {
            isPeriodOpen = true
            return .log
        }
        counted += 1
        return .count
    }

    /// Notes the end of a period.
    /// - Returns: the number of events to log, after which another period begins; 0 if there were none: then none begins.
    mutating func endPeriod() -> Int {
        defer { counted = 0 }
        isPeriodOpen = counted > 0
        return counted
    }
}

/// Logs a kind of event that any peer can cause, at most one line per period; each of them at debug level.
final class LimitedLog: Sendable {
    /// The kinds of events.
    struct Kind: Sendable {
        let level: Logger.Level
        /// The message of the limited line.
        let message: Logger.Message
        /// The message of the line for each event.
        let single: Logger.Message
        /// The name of the field with the number.
        let count: String
    }

    private struct State {
        var limit = EventLimit()
        var last: Logger.Metadata = [:]
    }

    private let kind: Kind
    private let period: TimeAmount
    private let logger: Logger
    private let state = Mutex(State())

    init(_ kind: Kind, period: TimeAmount, logger: Logger) {
        self.kind = kind
        self.period = period
        self.logger = logger
    }

    /// Notes an event that `peer` caused; `loop` tells when the period is over.
    func note(peer: String?, reason: String, on loop: any EventLoop) {
        let metadata: Logger.Metadata = ["peer": "\(peer ?? "unknown")", "reason": "\(reason)"]
        logger.debug(kind.single, metadata: metadata)
        let decision = state.withLock { state in
            state.last = metadata
            return state.limit.note()
        }
        guard decision == .log else { return }
        write(1, metadata)
        schedule(on: loop)
    }

    /// Logs what was counted but not logged yet.
    func flush() {
        let (count, last) = state.withLock { ($0.limit.endPeriod(), $0.last) }
        if count > 0 { write(count, last) }
    }

    private func schedule(on loop: any EventLoop) {
        loop.scheduleTask(in: period) { [self] in
            let (count, last) = state.withLock { ($0.limit.endPeriod(), $0.last) }
            guard count > 0 else { return }
            write(count, last)
            schedule(on: loop)
        }
    }

    private func write(_ count: Int, _ metadata: Logger.Metadata) {
        logger.log(level: kind.level, kind.message, metadata: metadata.merging([kind.count: "\(count)"]) { $1 })
    }
}

extension LimitedLog.Kind {
    /// Connections that did not get through the TLS handshake.
    static let handshakes = Self(
        level: .warning, message: "tls handshakes failed", single: "tls handshake failed", count: "handshakes")
    /// Responses that a handler could not produce.
    static let responses = Self(
        level: .error, message: "a response could not be produced", single: "a response failed", count: "responses")
    /// Responses whose handler announced another length.
    static let lengths = Self(
        level: .error, message: "a handler broke its Content-Length", single: "a response broke its Content-Length",
        count: "responses")
}
