// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Logging
import Simulator
import Synchronization
import TestSupport
import Testing

@testable import Exporter

/// A log handler that records events of all levels.
private struct RecordingHandler: LogHandler {
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    let lines: Lines
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(lines: Lines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.add("\(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}

@Suite("Secrets and clocks", .serialized, .timeLimit(.minutes(5)))
struct ExporterSecrecyTests {
    private static let secret = "wrongSecretKey/0123456789+abcdefghijklm"
    private static let sessionToken = "gQpjbi1ub3J0aC00EXAMPLESECURITYTOKENaGVsbG8gd29ybGQ="
    private static let password = "Sup3rSecretPassword"

    private static func key(_ url: String) -> AuthSettings {
        .accessKey(
            AccessKeySettings(
                id: "EXAMPLEAK", secret: .value(Secret(secret)), securityToken: .value(Secret(sessionToken)),
                projectID: "0605767ac280d5762f8cc01ab2b4ba1d", iamURL: url))
    }

    private static func user(_ url: String) -> AuthSettings {
        .password(
            PasswordSettings(
                iamURL: url, domain: "acme", user: "exporter", password: .value(Secret(password)),
                project: .name("cn-north-4")))
    }

    @Test("Logs, pages, status and errors contain no secrets, even if the service echoes them")
    func echoes() async throws {
        for auth in [Self.key, Self.user] {
            let lines = RecordingHandler.Lines()
            let logger = Logger(label: "test") { _ in RecordingHandler(lines: lines) }
            let cloud = Scene.cloud(seed: 8, workspaces: 2, endpointsEach: 1)
            // Wrong credentials, so that the gateway and IAM echo them in their errors.
            cloud.updateIdentity {
                $0.keys["EXAMPLEAK"] = .init(secret: "another", securityToken: Self.sessionToken)
                $0.users = [(domain: "acme", name: "exporter", password: "another")]
            }
            try await Scene.run(cloud, authAt: auth, logger: logger) { scene in
                await scene.exporter.pollOnce()
                #expect(scene.exporter.failing.count == 2)
                let texts = lines.all + scene.page().lines + ["\(scene.exporter.statusReport())"]
                #expect(lines.all.contains { $0.contains("<REDACTED>") || $0.contains("canonicalRequest") })
                for text in texts {
                    for secret in [Self.secret, Self.sessionToken, Self.password] {
                        #expect(!text.contains(secret.prefix(16)), "\(text)")
                    }
                }
            }
        }
    }

    @Test("Clock skew of more than 15 minutes is reported as the cause")
    func skew() async throws {
        for (minutes, words) in [(20, "20 minutes behind"), (-20, "20 minutes ahead of")] as [(Int64, String)] {
            let lines = RecordingHandler.Lines()
            let clock = ManualClock()
            let cloud = Scene.cloud(seed: 9, workspaces: 1, endpointsEach: 1)
            cloud.setClock { clock.wallMicroseconds + minutes * 60_000_000 }
            cloud.updateIdentity {
                $0.keys["EXAMPLEAK"] = .init(secret: Self.secret, securityToken: Self.sessionToken)
            }
            try await Scene.run(
                cloud, authAt: Self.key, clock: clock,
                logger: Logger(label: "test") { _ in RecordingHandler(lines: lines) }
            ) { scene in
                await scene.exporter.pollOnce()
                #expect(scene.page().failures(of: "workspace-0") == ["unauthenticated": "1"])
                #expect(
                    lines.all.contains { $0.contains("this machine's clock is \(words) the service's") }, "\(lines.all)"
                )
            }
        }
    }
}
