// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization

/// Decides which of the events that peers cause are logged: the first at once, then, once per period, how many more came.
struct EventLimit {
    private var isPeriodOpen = false
    private var counted = 0

    /// Notes an event.
    /// - Returns: whether to log it, and ask again when the period is over; if not, the line at its end will tell.
    mutating func note() -> Bool {
        if isPeriodOpen { counted += 1 }
        defer { isPeriodOpen = true }
        return !isPeriodOpen
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
    private struct State {
        var limit = EventLimit()
        var last: Logger.Metadata = [:]
    }

    private let level: Logger.Level
    private let messages: (limited: Logger.Message, single: Logger.Message)
    private let count: String
    private let period: TimeAmount
    private let logger: Logger
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limited: the message of the limited line.
    ///   - single: the message of the line for each event.
    ///   - count: the name of the field with the number of events.
    init(
        _ level: Logger.Level, _ limited: Logger.Message, single: Logger.Message, count: String, period: TimeAmount,
        logger: Logger
    ) {
        self.level = level
        self.messages = (limited, single)
        self.count = count
        self.period = period
        self.logger = logger
    }

    /// Notes an event that `peer` caused; `loop` tells when the period is over.
    func note(peer: String?, reason: String, on loop: any EventLoop) {
        note(["peer": "\(peer ?? "unknown")", "reason": "\(reason)"], on: loop)
    }

    /// Notes an event that `metadata` describes; `loop` tells when the period is over.
    func note(_ metadata: Logger.Metadata, on loop: any EventLoop) {
        logger.debug(messages.single, metadata: metadata)
        let isLogged = state.withLock { state in
            state.last = metadata
            return state.limit.note()
        }
        guard isLogged else { return }
        write(1, metadata)
        schedule(on: loop)
    }

    /// Logs what was counted but not logged yet.
    /// - Returns: whether there was anything.
    @discardableResult
    func flush() -> Bool {
        let (count, last) = state.withLock { ($0.limit.endPeriod(), $0.last) }
        if count > 0 { write(count, last) }
        return count > 0
    }

    private func schedule(on loop: any EventLoop) {
        loop.scheduleTask(in: period) { [self] in
            if flush() { schedule(on: loop) }
        }
    }

    private func write(_ number: Int, _ metadata: Logger.Metadata) {
        let metadata = metadata.merging([count: .stringConvertible(number)]) { $1 }
        logger.log(level: level, messages.limited, metadata: metadata)
    }
}

/// What peers can cause a listener to log.
struct ListenerLogs: Sendable {
    let handshakes, responses, lengths, accepts, refusals, drops: LimitedLog

    /// - Parameter period: how often a line of each kind can be logged.
    init(period: Duration, logger: Logger) {
        func log(
            _ level: Logger.Level, _ limited: Logger.Message, _ single: Logger.Message, _ count: String
        ) -> LimitedLog {
            LimitedLog(level, limited, single: single, count: count, period: TimeAmount(period), logger: logger)
        }
        handshakes = log(.warning, "tls handshakes failed", "tls handshake failed", "handshakes")
        responses = log(.error, "responses failed", "response failed", "responses")
        // The handler announced another length.
        lengths = log(
            .error, "responses with a wrong content-length", "response with a wrong content-length", "responses")
        // There was no file descriptor.
        accepts = log(.error, "accepting connections failed", "accepting a connection failed", "failures")
        refusals = log(
            .warning, "connections rejected at the limit", "connection rejected at the limit", "connections")
        // They were slow, and others needed their memory.
        drops = log(.warning, "slow responses dropped", "slow response dropped", "responses")
    }

    /// Logs what was counted but not logged yet.
    func flush() { for log in [handshakes, responses, lengths, accepts, refusals, drops] { log.flush() } }
}
