// SPDX-License-Identifier: Apache-2.0
import Config
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing
import WebServer

@testable import Exporter

@Suite("WebAccess", .timeLimit(.minutes(5)))
struct WebAccessTests {
    /// Records errors from the log.
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

    private static let hash = "$2y$04$MvcD5.NOCOcaY5sqSlqnj.Q0yhK9xxSvOaWi0CFSyxeJM/loIo3Um"
    private static let secured = headers("deny") + "basic_auth_users:\n  alice: \(hash)\n  bob: \(hash)\n"

    /// A file, its reader and the logged errors.
    private struct Scene {
        let file: TemporaryFile
        let errors = Errors()
        let access: WebAccess

        init(_ text: String, reader: WebAccess.Reader? = nil) throws {
            file = try TemporaryFile(text, name: "web.yaml")
            access =
                if let reader { try WebAccess(path: file.path, logger: errors.logger, reader: reader) } else {
                    try WebAccess(path: file.path, logger: errors.logger)
                }
        }

        var headers: [String] { access.rules.headers.map(\.value) }

        func check(_ times: Int = 2) async { for _ in 0..<times { await access.refresh() } }
    }

    @Test("A file that does not respond is logged once, keeps the current configuration, and is read when it responds")
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
                "web configuration reload failed; keeping the current configuration "
                    + "the file \(file.path) did not respond within 0 s"
            ])
        // The read of the removed FIFO never ends.
        try file.replace(Self.headers("sameorigin"))
        while access.rules.headers.map(\.value) != ["sameorigin"] { await access.refresh() }
    }

    @Test("An invalid file is logged once and keeps the current configuration")
    func badFile() async throws {
        let scene = try Scene(Self.headers("deny"))
        defer { scene.file.remove() }
        try scene.file.replace("nonsense: 1\n")
        await scene.check(4)
        #expect(scene.headers == ["deny"])
        #expect(scene.errors.lines.count == 1)
        try scene.file.replace(Self.headers("sameorigin"))
        await scene.check()
        #expect(scene.headers == ["sameorigin"])
    }

    @Test("A change takes effect after two checks with the same stamps")
    func settles() async throws {
        let scene = try Scene(Self.headers("deny"))
        defer { scene.file.remove() }
        await scene.check()
        try scene.file.replace(Self.headers("sameorigin"))
        await scene.check(1)
        #expect(scene.headers == ["deny"])
        await scene.check(1)
        #expect(scene.headers == ["sameorigin"])
    }

    @Test(
        "A file without users keeps the current users",
        arguments: [
            "", "\n  \n", "# comment\n", "{}\n", "---\n", "basic_auth_users: {}\n",
            WebAccessTests.headers("deny"),
        ])
    func vanishedUsers(text: String) async throws {
        let scene = try Scene(Self.secured)
        defer { scene.file.remove() }
        await scene.check()
        try scene.file.overwrite(text)
        await scene.check(5)
        #expect(await scene.access.rules.authentication?.check(nil) == .rejected)
        #expect(scene.headers == ["deny"])
        let expected = "basic_auth_users was removed or is empty; restart the exporter if that is intended"
        #expect(
            scene.errors.lines == ["web configuration reload failed; keeping the current configuration \(expected)"])
        try scene.file.overwrite(Self.secured.replacing("deny", with: "sameorigin"))
        await scene.check()
        #expect(scene.headers == ["sameorigin"])
    }

    @Test("A file truncated at any byte never disables authentication")
    func copyInProgress() async throws {
        let scene = try Scene(Self.secured)
        defer { scene.file.remove() }
        let bytes = Array(Self.secured.utf8)
        for length in bytes.indices {
            try scene.file.overwrite(String(decoding: bytes[..<length], as: UTF8.self))
            await scene.check(1)
            #expect(await scene.access.rules.authentication?.check(nil) == .rejected)
        }
        #expect(scene.errors.lines.isEmpty)
    }

    @Test("A removed file keeps the current configuration, and is read when it exists again")
    func removedFile() async throws {
        let scene = try Scene(Self.secured)
        defer { scene.file.remove() }
        await scene.check()
        unlink(scene.file.path)
        await scene.check(3)
        #expect(await scene.access.rules.authentication?.check(nil) == .rejected)
        #expect(scene.errors.lines.count == 1)
        try scene.file.overwrite(Self.secured.replacing("deny", with: "sameorigin"))
        await scene.check()
        #expect(scene.headers == ["sameorigin"])
    }

    @Test("A change during reading is detected", arguments: [0, 1, 2])
    func changeDuringReading(number: Int) async throws {
        let reads = Mutex(0)
        let scene = try Scene(Self.headers("first")) { path throws(ConfigurationProblems) in
            let configuration = try WebConfiguration.read(file: path, cipherSuites: [])
            let index = reads.withLock { reads in
                defer { reads += 1 }
                return reads
            }
            // Between reading and the next check of the stamps.
            if index == number { try? TemporaryFile.write(Self.headers("second"), to: path) }
            return configuration
        }
        defer { scene.file.remove() }
        await scene.check(2)
        // Readings without and with a change.
        if number == 2 { try scene.file.replace(Self.headers("other")) }
        await scene.check(4)
        #expect(scene.headers == ["second"])
        #expect(scene.errors.lines.isEmpty)
    }

    @Test("A missing file named by the configuration is read when it is created")
    func laterFile() async throws {
        let scene = try Scene(Self.headers("first")) { path throws(ConfigurationProblems) in
            var configuration = try WebConfiguration.read(file: path, cipherSuites: [])
            guard configuration.headers["X-Frame-Options"] == "second" else { return configuration }
            _ = try WebConfiguration.read(file: path + ".later", cipherSuites: [])
            configuration.files.append(path + ".later")
            return configuration
        }
        defer { scene.file.remove() }
        try scene.file.replace(Self.headers("second"))
        await scene.check(4)
        #expect(scene.headers == ["first"])
        #expect(scene.errors.lines.count == 1)
        try TemporaryFile.write("", to: scene.file.path + ".later")
        defer { unlink(scene.file.path + ".later") }
        await scene.check(3)
        #expect(scene.headers == ["second"])
    }

    @Test("Removed protection is reported by key")
    func losses() throws {
        let file = try TemporaryFile("PEM", name: "web.pem")
        defer { file.remove() }
        let path = file.folder + "/web.yml"
        defer { unlink(path) }
        func read(_ tls: String, _ more: String = "") throws -> WebConfiguration {
            let section = tls.isEmpty ? "" : "tls_server_config: {cert_file: web.pem, key_file: web.pem\(tls)}\n"
            try TemporaryFile.write(section + more, to: path)
            return try WebConfiguration.read(file: path, cipherSuites: [])
        }
        let all = ", client_auth_type: RequireAndVerifyClientCert, client_ca_file: web.pem, client_allowed_sans: [a]"
        let users = "basic_auth_users: {alice: \(Self.hash)}\n"
        let full = try read(all, users)
        let losses: [(WebConfiguration, String?)] = [
            (full, nil),
            (try read(all), "basic_auth_users was removed"),
            (try read("", users), "tls_server_config was removed"),
            (try read(" ", users), "client_auth_type was removed"),
            (try read(", client_auth_type: RequireAnyClientCert", users), "client_ca_file was removed"),
            (try read(all.replacing("[a]", with: "[]"), users), "client_allowed_sans was removed"),
            (try read(all.replacing("[a]", with: "[b]"), users), nil),
        ]
        for (new, name) in losses {
            let loss = WebAccess.loss(from: full, to: new)
            #expect(name.map { loss?.hasPrefix($0) == true } ?? (loss == nil), "\(loss ?? "nil")")
        }
        #expect(WebAccess.loss(from: try read(""), to: full) == "TLS cannot be enabled without a restart")
        #expect(WebAccess.loss(from: try read(" "), to: full) == nil)
    }

    @Test("Verified users stay cached after other changes")
    func remembered() async throws {
        let scene = try Scene(Self.secured)
        defer { scene.file.remove() }
        let before = scene.access.rules.authentication
        try scene.file.replace(Self.secured.replacing("deny", with: "sameorigin"))
        await scene.check(3)
        #expect(scene.headers == ["sameorigin"])
        #expect(before != nil && scene.access.rules.authentication === before)
    }
}
