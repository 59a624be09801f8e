// SPDX-License-Identifier: Apache-2.0
import Logging
import MetricsServer
import Synchronization
import TestSupport
import Testing

@testable import FabricExporter

@Suite("The web configuration", .timeLimit(.minutes(1)))
struct WebAccessTests {
    /// Keeps what is logged at error level.
    private final class Errors: Sendable {
        private let kept = Mutex<[String]>([])
        var lines: [String] { kept.withLock { $0 } }
        var logger: Logger { Logger(label: "test") { _ in Handler(errors: self) } }

        private struct Handler: LogHandler {
            let errors: Errors
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.error

            subscript(metadataKey key: String) -> Logger.MetadataValue? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) {
                errors.kept.withLock { $0.append("\(event.message) \(event.metadata?["error"] ?? "")") }
            }
        }
    }

    private static func headers(_ value: String) -> String {
        "http_server_config: {headers: {X-Frame-Options: \(value)}}\n"
    }

    @Test("A file that hangs leaves the old one in effect, is logged once, and is read when it responds again")
    func hangingFile() async throws {
        let file = try TemporaryFile(Self.headers("deny"), name: "web.yaml")
        defer { file.remove() }
        let errors = Errors()
        let access = try WebAccess(path: file.path, logger: errors.logger, limit: .milliseconds(20))
        try file.replaceByHangingFile()
        for _ in 0..<5 { await access.refresh() }
        #expect(access.rules.headers.map(\.value) == ["deny"])
        #expect(
            errors.lines == [
                "The web configuration cannot be read; the one before stays. "
                    + "the file \(file.path) did not respond within 0 s"
            ])
        // The read of the FIFO, which is gone, hangs for good.
        try file.replace(Self.headers("sameorigin"))
        while access.rules.headers.map(\.value) != ["sameorigin"] { await access.refresh() }
    }

    @Test("A file that is wrong leaves the old one in effect, and is logged once")
    func badFile() async throws {
        let file = try TemporaryFile(Self.headers("deny"), name: "web.yaml")
        defer { file.remove() }
        let errors = Errors()
        let access = try WebAccess(path: file.path, logger: errors.logger)
        try file.replace("nonsense: 1\n")
        for _ in 0..<3 { await access.refresh() }
        #expect(access.rules.headers.map(\.value) == ["deny"])
        #expect(errors.lines.count == 1)
        try file.replace(Self.headers("sameorigin"))
        await access.refresh()
        #expect(access.rules.headers.map(\.value) == ["sameorigin"])
    }
}
