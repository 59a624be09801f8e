// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import ExporterConfig
internal import Logging

/// Loads the configuration anew while the program runs, one load after the other. A bad configuration changes nothing.
actor Reloader {
    private let exporter: Exporter
    private let read: @Sendable () async throws -> ExporterConfiguration
    private let clock: any ExporterClock
    private let logger: Logger
    private var last: Task<String?, Never>?

    /// - Parameter read: reads and checks the configuration; its errors tell what is wrong.
    init(
        exporter: Exporter, clock: any ExporterClock, logger: Logger,
        read: @escaping @Sendable () async throws -> ExporterConfiguration
    ) {
        self.exporter = exporter
        self.clock = clock
        self.logger = logger
        self.read = read
    }

    /// Reloads, after any reload that is under way.
    /// - Returns: what is wrong with the configuration; nil when it is in force.
    func reload() async -> String? {
        let previous = last
        let current = Task { () -> String? in
            _ = await previous?.value
            return await load()
        }
        last = current
        return await current.value
    }

    private func load() async -> String? {
        do {
            try await exporter.apply(try await read())
            exporter.reloads.noteSuccess(at: clock.wallMicroseconds)
            logger.notice("Reloaded the configuration.")
            return nil
        } catch {
            exporter.reloads.noteFailure()
            let reasons = "\(error)"
            logger.error(
                "The configuration could not be reloaded; the one in force stays.", metadata: ["error": "\(reasons)"])
            return reasons
        }
    }
}
