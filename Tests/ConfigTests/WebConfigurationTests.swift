// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Synchronization
import Testing

@testable import Config

@Suite("WebConfiguration")
struct WebConfigurationTests {
    private static let hash = "$2y$10$" + String(repeating: "a", count: 53)

    private func read(_ text: String) throws(ConfigurationProblems) -> WebConfiguration {
        let files = FileAccess { path, _ throws(FileAccess.Failure) in
            switch path {
            case "conf/web.yml": return Array(text.utf8)
            case "conf/cert.pem": return Array("CERT".utf8)
            case "conf/key.pem": return Array("KEY".utf8)
            case "/ca.pem": return Array("CA".utf8)
            default: throw .missing
            }
        }
        return try WebConfiguration.read(
            file: "conf/web.yml", cipherSuites: ["SUITE_A", "SUITE_B"], files: files)
    }

    @Test("An empty file has no settings", arguments: ["", "# nothing\n", "{}\n"])
    func empty(text: String) throws {
        #expect(try read(text) == WebConfiguration(files: ["conf/web.yml"]))
    }

    @Test("Every key is read; paths are relative to the file's directory")
    func allKeys() throws {
        let configuration = try read(
            """
            tls_server_config:
              cert_file: cert.pem
              key_file: key.pem
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: /ca.pem
              client_allowed_sans: [prometheus.example, 10.0.0.1]
              min_version: TLS13
              cipher_suites: [SUITE_B, SUITE_A]
            http_server_config:
              headers:
                X-Frame-Options: DENY
                Strict-Transport-Security: max-age=31536000; includeSubDomains
            basic_auth_users:
              alice: \(Self.hash)
              鲍勃: '\(Self.hash)'
            """)
        #expect(configuration.files == ["conf/web.yml", "conf/cert.pem", "conf/key.pem", "/ca.pem"])
        let tls = try #require(configuration.tls)
        #expect(tls.certificate == Array("CERT".utf8) && tls.key == Secret("KEY"))
        #expect(tls.clientAuthentication == .requireAndVerify && tls.clientAuthorities == Array("CA".utf8))
        #expect(tls.clientAllowedNames == ["prometheus.example", "10.0.0.1"])
        #expect(tls.minimumVersion == .tls13 && tls.maximumVersion == .tls13)
        #expect(tls.cipherSuites == ["SUITE_B", "SUITE_A"])
        #expect(
            configuration.headers == [
                "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            ])
        #expect(configuration.users == ["alice": Secret(Self.hash), "鲍勃": Secret(Self.hash)])
    }

    static let tls = "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n"
    static let bad: [(text: String, message: String)] = [
        ("- a\n", "1:1: must be a mapping, not a list"),
        ("tls_server_config:\n  cert_file: cert.pem\n", "2:3: tls_server_config.key_file: required key is missing"),
        (
            "tls_server_config:\n  cert_file: no.pem\n  key_file: key.pem\n",
            "2:14: tls_server_config.cert_file: cannot read conf/no.pem: no such file"
        ),
        (
            tls + "  min_version: TLS11\n",
            "4:16: tls_server_config.min_version: must be one of TLS12, TLS13, not \"TLS11\""
        ),
        (
            tls + "  min_version: TLS13\n  max_version: TLS12\n",
            "4:16: tls_server_config.min_version: must not be newer than max_version (TLS12), is TLS13"
        ),
        (
            tls + "  cipher_suites: [SUITE_C]\n",
            "4:19: tls_server_config.cipher_suites[0]: must be one of SUITE_A, SUITE_B, not \"SUITE_C\""
        ),
        (
            tls + "  client_ca_file: /ca.pem\n",
            "4:19: tls_server_config.client_ca_file: requires a client_auth_type"
        ),
        (
            tls + "  prefer_server_cipher_suites: true\n",
            "4:3: tls_server_config.prefer_server_cipher_suites: not supported by this exporter; remove it"
        ),
        (
            "http_server_config: {http2: false}\n",
            "1:22: http_server_config.http2: not supported by this exporter; remove it"
        ),
        ("rate_limit: {}\n", "1:1: rate_limit: not supported by this exporter; remove it"),
        ("basic_auth_user: {a: b}\n", "1:1: basic_auth_user: unknown key; did you mean basic_auth_users?"),
        ("http_server_config: {headers: {X-Other: a}}\n", "http_server_config.headers.X-Other: unknown key"),
        (
            "http_server_config: {headers: {X-Frame-Options: \"a\\nb\"}}\n",
            "must be visible ASCII characters and spaces"
        ),
        ("basic_auth_users: [a]\n", "1:19: basic_auth_users: must be a mapping, not a list"),
        ("basic_auth_users: {a: s3cret}\n", "1:23: basic_auth_users: a password must be a bcrypt hash"),
        ("basic_auth_users: {a: $2y$99$\(String(repeating: "a", count: 53))}\n", "a password must be a bcrypt hash"),
        ("basic_auth_users: {a: $2y$10$\(String(repeating: "a", count: 52))}\n", "a password must be a bcrypt hash"),
        ("basic_auth_users: {'a:b': \(hash)}\n", "a user name must not be empty or contain a colon"),
        ("basic_auth_users: {a: \(hash), a: \(hash)}\n", "duplicate user name"),
    ]

    @Test("Errors have a position and contain no secrets", arguments: bad)
    func invalid(text: String, message: String) {
        do throws(ConfigurationProblems) {
            _ = try read(text)
            Issue.record("the file was accepted")
        } catch {
            #expect(error.description.contains(message), "\(error.description)")
            #expect(!error.description.contains("s3cret") && !error.description.contains("aaaa"))
        }
    }

    @Test("Every file is read once")
    func reads() throws {
        let reads = Mutex<[String]>([])
        let files = FileAccess { path, _ throws(FileAccess.Failure) in
            let isFirst = reads.withLock { reads in
                reads.append(path)
                return reads.filter { $0 == path }.count == 1
            }
            guard isFirst else { throw .missing }
            guard path == "web.yml" else { return Array(path.utf8) }
            let keys = ["cert_file: a.pem", "key_file: b.pem", "client_ca_file: c.pem"].joined(separator: ", ")
            return Array("tls_server_config: {client_auth_type: RequireAnyClientCert, \(keys)}".utf8)
        }
        let configuration = try WebConfiguration.read(file: "web.yml", cipherSuites: [], files: files)
        #expect(configuration.files == ["web.yml", "a.pem", "b.pem", "c.pem"])
        #expect(reads.withLock { $0 } == configuration.files)
        #expect(configuration.tls?.certificate == Array("a.pem".utf8))
        #expect(configuration.tls?.clientAuthorities == Array("c.pem".utf8))
    }

    @Test("A missing file is an error")
    func missing() {
        #expect(throws: ConfigurationProblems.self) {
            try WebConfiguration.read(file: "/nowhere/web.yml", cipherSuites: [])
        }
    }
}
