// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Dispatch
import Polling
import Synchronization
import TestSupport
import Testing

@testable import Exporter

@Suite("Reloader", .timeLimit(.minutes(5)))
struct ReloaderTests {
    private struct BadFile: Error, CustomStringConvertible { let description: String }

    private func reloader(
        limit: Duration = .seconds(60), _ read: @escaping @Sendable () throws -> ExporterConfiguration
    ) async throws -> (Reloader, Exporter) {
        let exporter = try await Exporter(ExporterConfiguration(sources: []), logger: Scene.quiet)
        let reloader = Reloader(
            exporter: exporter, clock: SystemClock(), logger: Scene.quiet, limit: limit, read: read)
        return (reloader, exporter)
    }

    @Test("A file that does not respond fails the reload with its name, and the next reload reads again")
    func hangingFile() async throws {
        let door = DispatchSemaphore(value: 0)
        let hangs = Mutex(true)
        let (reloader, exporter) = try await reloader(limit: .milliseconds(200)) {
            if hangs.withLock({ $0 }) { FileBeingRead.note("/mnt/dead/config.yaml") { door.wait() } }
            return ExporterConfiguration(sources: [])
        }
        for _ in 0..<2 {
            let problem = await reloader.reload()
            #expect(problem == "the file /mnt/dead/config.yaml did not respond within 0 s")
        }
        hangs.withLock { $0 = false }
        // The previous reads are still blocked.
        while let problem = await reloader.reload() { #expect(problem.contains("did not respond")) }
        for _ in 0..<2 { door.signal() }
        await exporter.shutDown()
    }

    @Test("At most eight reads are blocked at a time")
    func boundedThreads() async throws {
        let door = DispatchSemaphore(value: 0)
        let (reloader, exporter) = try await reloader(limit: .milliseconds(200)) {
            door.wait()
            return ExporterConfiguration(sources: [])
        }
        for _ in 0..<8 { #expect(await reloader.reload()?.contains("did not respond") == true) }
        #expect(await reloader.reload() == "8 earlier reloads are still waiting for files that do not respond")
        for _ in 0..<8 { door.signal() }
        await exporter.shutDown()
    }

    @Test("The error of an invalid configuration is returned")
    func badFile() async throws {
        let (reloader, exporter) = try await reloader { throw BadFile(description: "config.yaml:1:1: wrong") }
        #expect(await reloader.reload() == "config.yaml:1:1: wrong")
        await exporter.shutDown()
    }

    @Test("The status has the failure of the last reload without secrets, until a reload succeeds")
    func status() async throws {
        let secret = Secret("of-a-configuration-that-was-not-loaded")
        let isBad = Mutex(true)
        let (reloader, exporter) = try await reloader {
            guard isBad.withLock({ $0 }) else { return ExporterConfiguration(sources: []) }
            throw BadFile(
                description: "line 1: \(secret.withExposedValue { $0 })\n" + String(repeating: "é", count: 5_000))
        }
        let started = exporter.statusReport()
        #expect(started.reload == .init(loadedAt: started.startedAt))
        _ = await reloader.reload()
        let failed = exporter.statusReport().reload
        #expect(failed.loadedAt == started.startedAt)
        let failure = try #require(failed.failure)
        #expect(failure.at >= failed.loadedAt)
        #expect(failure.error.hasPrefix("line 1: <REDACTED>\n") && failure.error.utf8.count <= 4_096)
        isBad.withLock { $0 = false }
        _ = await reloader.reload()
        let loaded = exporter.statusReport()
        #expect(loaded.reload.loadedAt >= failure.at && loaded.reload.failure == nil)
        #expect(loaded.startedAt == started.startedAt)
        await exporter.shutDown()
    }

    @Test("stop cancels a blocked reload and rejects later ones")
    func stop() async throws {
        let door = DispatchSemaphore(value: 0)
        let (began, beginning) = AsyncStream.makeStream(of: Void.self)
        let (reloader, exporter) = try await reloader {
            beginning.finish()
            door.wait()
            return ExporterConfiguration(sources: [])
        }
        let reload = Task { await reloader.reload() }
        for await _ in began {}
        await reloader.stop()
        #expect(await reload.value == "the process is stopping")
        #expect(await reloader.reload() == "the process is stopping")
        door.signal()
        await exporter.shutDown()
    }
}
