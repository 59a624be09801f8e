// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import Synchronization

/// Limits the logging of events that peers cause: logs the first one, then the number of further ones once per period.
struct EventLimit {
    private var isPeriodOpen = false
    private var counted = 0

    /// Counts an event.
    /// - Returns: whether to log it now and call ``endPeriod()`` after the period.
    mutating func note() -> Bool {
        if isPeriodOpen { counted += 1 }
        defer { isPeriodOpen = true }
        return !isPeriodOpen
    }

    /// Ends a period.
    /// - Returns: the number of events to log, after which another period begins; 0 if there were none.
    mutating func endPeriod() -> Int {
        defer { counted = 0 }
        isPeriodOpen = counted > 0
        return counted
    }
}

/// Logs a kind of event that peers can cause, with at most one line per period, and every event at debug level.
final class RateLimitedLog: Sendable {
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
    ///   - limited: the message of the rate-limited line.
    ///   - single: the message of the debug line for each event.
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

    /// Logs an event that `peer` caused; the period's timer runs on `loop`.
    func note(peer: String?, reason: String, on loop: any EventLoop) {
        note(["peer": "\(peer ?? "unknown")", "reason": "\(reason)"], on: loop)
    }

    /// Logs an event with `metadata`; the period's timer runs on `loop`.
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

    /// Logs the events that were counted but not logged.
    /// - Returns: whether there were any.
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

/// The logs of events that peers can cause.
struct ListenerLogs: Sendable {
    let handshakes, responses, lengths, accepts, rejections, drops: RateLimitedLog

    /// - Parameter period: the minimum time between two lines of a kind.
    init(period: Duration, logger: Logger) {
        func log(
            _ level: Logger.Level, _ limited: Logger.Message, _ single: Logger.Message, _ count: String
        ) -> RateLimitedLog {
            RateLimitedLog(level, limited, single: single, count: count, period: TimeAmount(period), logger: logger)
        }
        handshakes = log(.warning, "tls handshakes failed", "tls handshake failed", "handshakes")
        responses = log(.error, "responses failed", "response failed", "responses")
        // The body of the handler's response has another length than announced.
        lengths = log(
            .error, "responses with a wrong content-length", "response with a wrong content-length", "responses")
        // There is no file descriptor for a connection.
        accepts = log(.error, "accepting connections failed", "accepting a connection failed", "failures")
        rejections = log(
            .warning, "connections rejected at the limit", "connection rejected at the limit", "connections")
        // The memory limit for responses in flight is reached.
        drops = log(.warning, "slow responses dropped", "slow response dropped", "responses")
    }

    /// Logs the events that were counted but not logged.
    func flush() { for log in [handshakes, responses, lengths, accepts, rejections, drops] { log.flush() } }
}
