// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Logging
import Synchronization

/// Reloads the configuration, one reload at a time. An invalid configuration or a file that does not respond changes
/// nothing.
actor Reloader {
    /// The maximum number of blocked reads; with more, reloads fail at once until one of them ends.
    private static let maximumBlocked = 8

    private let exporter: Exporter
    private let read: @Sendable () throws -> ExporterConfiguration
    private let limit: Duration
    private let clock: any ExporterClock
    private let logger: Logger
    private let notifier: SystemdNotifier?
    /// The callers that wait for the next reload.
    private var waiting: [CheckedContinuation<String?, Never>] = []
    /// The callers that wait for the current reload.
    private var current: [CheckedContinuation<String?, Never>] = []
    private var loop: Task<Void, Never>?
    private var isStopped = false
    private let pendingReads = PendingReads()

    /// Creates a reloader.
    /// - Parameters:
    ///   - limit: the timeout of reading the files.
    ///   - notifier: notified when a reload begins and ends.
    ///   - read: reads and validates the configuration; may block.
    init(
        exporter: Exporter, clock: any ExporterClock, logger: Logger, limit: Duration = BlockingWork.defaultTimeout,
        notifier: SystemdNotifier? = nil, read: @escaping @Sendable () throws -> ExporterConfiguration
    ) {
        self.exporter = exporter
        self.clock = clock
        self.logger = logger
        self.limit = limit
        self.notifier = notifier
        self.read = read
    }

    /// Reloads after the current reload, if any. Concurrent callers share the next reload.
    /// - Returns: the errors; nil if the new configuration is in effect.
    func reload() async -> String? {
        await withCheckedContinuation { continuation in
            guard !isStopped else { return continuation.resume(returning: Self.stopping) }
            waiting.append(continuation)
            if loop == nil { loop = Task { await loadWhileWaiting() } }
        }
    }

    /// Cancels all reloads and rejects new ones. Does not block.
    func stop() {
        isStopped = true
        loop?.cancel()
        for continuation in current + waiting { continuation.resume(returning: Self.stopping) }
        (current, waiting) = ([], [])
    }

    private static let stopping = "the process is stopping"

    private func loadWhileWaiting() async {
        while !waiting.isEmpty {
            (current, waiting) = (waiting, [])
            notifier?.noteReload()
            let problem = await load()
            notifier?.noteReady()
            for continuation in current { continuation.resume(returning: problem) }
            current = []
        }
        loop = nil
    }

    private func load() async -> String? {
        do {
            let configuration = try await readConfiguration()
            guard !isStopped else { return Self.stopping }
            try await exporter.apply(configuration)
            exporter.reloads.noteSuccess(at: Timestamp(microseconds: clock.wallMicroseconds))
            logger.notice("configuration reloaded")
            return nil
        } catch {
            if isStopped { return Self.stopping }
            let reasons = "\(error)"
            exporter.reloads.noteFailure(reasons, at: Timestamp(microseconds: clock.wallMicroseconds))
            logger.error(
                "configuration reload failed; keeping the current configuration", metadata: ["error": "\(reasons)"])
            return reasons
        }
    }

    /// Reads on a new thread each time: a reload must not fail because an earlier read is still blocked.
    private func readConfiguration() async throws -> ExporterConfiguration {
        let (pending, read) = (pendingReads, read)
        guard pending.count < Self.maximumBlocked else {
            throw ExporterError(
                "\(Self.maximumBlocked) earlier reloads are still waiting for files that do not respond")
        }
        do {
            return try await LimitedRead(label: "reload", limit: limit).run {
                try pending.during(read)
            }
        } catch .failed(let error) {
            // The reader's own error, one line per problem.
            throw error
        }
    }
}

/// Counts the reads that have not ended.
private final class PendingReads: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func during<Value>(_ read: () throws -> Value) rethrows -> Value {
        number.withLock { $0 += 1 }
        defer { number.withLock { $0 -= 1 } }
        return try read()
    }
}
