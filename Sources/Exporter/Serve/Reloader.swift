// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Logging
import Synchronization

/// Loads the configuration again while the program runs, one load after the other. A bad configuration, or a file that
/// does not respond, changes nothing.
actor Reloader {
    /// The most reads that may hang at a time; then reloads fail at once until one of them ends.
    private static let maximumHanging = 8

    private let exporter: Exporter
    private let read: @Sendable () throws -> ExporterConfiguration
    private let limit: Duration
    private let clock: any ExporterClock
    private let logger: Logger
    /// Those who wait for a load that has not begun.
    private var waiting: [CheckedContinuation<String?, Never>] = []
    /// Those who wait for the load that is running.
    private var served: [CheckedContinuation<String?, Never>] = []
    private var loop: Task<Void, Never>?
    private var isStopped = false
    private let unendedReads = UnendedReads()

    /// - Parameters:
    ///   - limit: how long the files may take.
    ///   - read: reads and checks the configuration; may block; its errors tell what is wrong.
    init(
        exporter: Exporter, clock: any ExporterClock, logger: Logger, limit: Duration = BlockingWork.defaultTimeout,
        read: @escaping @Sendable () throws -> ExporterConfiguration
    ) {
        self.exporter = exporter
        self.clock = clock
        self.logger = logger
        self.limit = limit
        self.read = read
    }

    /// Reloads, after any reload that is running. Calls that come meanwhile share the next one.
    /// - Returns: what is wrong with the configuration; nil when it is in effect.
    func reload() async -> String? {
        await withCheckedContinuation { continuation in
            guard !isStopped else { return continuation.resume(returning: Self.stopping) }
            waiting.append(continuation)
            if loop == nil { loop = Task { await loadWhileAsked() } }
        }
    }

    /// Ends every reload, the running one included, and refuses further ones. Returns at once.
    func stop() {
        isStopped = true
        loop?.cancel()
        for continuation in served + waiting { continuation.resume(returning: Self.stopping) }
        (served, waiting) = ([], [])
    }

    private static let stopping = "the process is stopping"

    private func loadWhileAsked() async {
        while !waiting.isEmpty {
            (served, waiting) = (waiting, [])
            let problem = await load()
            for continuation in served { continuation.resume(returning: problem) }
            served = []
        }
        loop = nil
    }

    private func load() async -> String? {
        do {
            let configuration = try await readConfiguration()
            guard !isStopped else { return Self.stopping }
            try await exporter.apply(configuration)
            exporter.reloads.noteSuccess(at: clock.wallMicroseconds)
            logger.notice("Reloaded the configuration.")
            return nil
        } catch {
            if isStopped { return Self.stopping }
            exporter.reloads.noteFailure()
            let reasons = "\(error)"
            logger.error(
                "The configuration could not be reloaded; the one in force stays.", metadata: ["error": "\(reasons)"])
            return reasons
        }
    }

    /// Reads on a thread of its own each time: a reload after a file was repaired must not fail because the read of the old
    /// one still hangs.
    private func readConfiguration() async throws -> ExporterConfiguration {
        let (unended, read) = (unendedReads, read)
        guard unended.count < Self.maximumHanging else {
            throw ExporterError("\(Self.maximumHanging) earlier reloads still wait for files that do not respond")
        }
        do {
            return try await LimitedRead(label: "reload", limit: limit).run {
                try unended.during(read)
            }
        } catch .failed(let error) {
            // As the reader wrote it, line by line.
            throw error
        }
    }
}

/// Counts the reads that have not ended.
private final class UnendedReads: Sendable {
    private let number = Mutex(0)

    var count: Int { number.withLock { $0 } }

    func during<Value>(_ read: () throws -> Value) rethrows -> Value {
        number.withLock { $0 += 1 }
        defer { number.withLock { $0 -= 1 } }
        return try read()
    }
}
