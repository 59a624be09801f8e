// SPDX-License-Identifier: Apache-2.0

import Fabric
import Glibc
import Testing

@testable import Config

@Suite("ConfigurationReader: missing secrets")
struct ConfigurationReaderMissingSecretTests {
    private static let kinds: [(String, String)] = [
        ("token_file: FILE", "token_file"),
        ("password: {domain: d, user: u, password_file: FILE}", "password.password_file"),
        ("access_key: {id: a, secret_file: FILE}", "access_key.secret_file"),
        ("access_key: {id: a, secret: s3cret, security_token_file: FILE}", "access_key.security_token_file"),
    ]

    @Test("A missing or empty secret file is only an error with requiresSecrets")
    func lenient() throws {
        for (auth, key) in Self.kinds {
            for (file, reason) in [
                ("/run/secrets/none", "cannot read /run/secrets/none: no such file"),
                ("/run/secrets/empty", "/run/secrets/empty is empty"),
                ("/run/secrets/newline", "/run/secrets/newline is empty"),
            ] {
                let text = Reading.authOf(auth.replacing("FILE", with: file))
                let configuration = try Reading.read(text, requiresSecrets: false)
                let lines = configuration.missingSecrets
                #expect(lines.count == 1 && configuration.warnings == [])
                #expect(lines[0].hasSuffix(": sources[0].auth.\(key): \(reason)"), "\(lines)")
                #expect(Reading.problems(text) == lines)
            }
        }
    }

    @Test("An unreadable or invalid secret file is always an error")
    func strict() {
        for (file, reason) in [
            ("/run/secrets/denied", "cannot read /run/secrets/denied: permission denied"),
            ("/run/secrets/two", "the content of /run/secrets/two must be visible ASCII characters"),
        ] {
            do throws(ConfigurationProblems) {
                _ = try Reading.read(Reading.authOf("token_file: \(file)"), requiresSecrets: false)
                Issue.record("the file was accepted")
            } catch {
                #expect(error.description.contains(reason))
            }
        }
    }

    @Test("A missing CA file is always an error")
    func certificates() {
        do throws(ConfigurationProblems) {
            _ = try Reading.read(Reading.sourceWith("tls: {ca_file: /run/secrets/none}"), requiresSecrets: false)
            Issue.record("the file was accepted")
        } catch {
            #expect(error.description.contains("tls.ca_file: cannot read /run/secrets/none: no such file"))
        }
    }

    @Test("A missing --token-file is reported separately from errors")
    func flag() throws {
        let configuration = try ConfigurationReader.fromFlags(
            region: "cn-north-4", workspaces: ["w"], tokenFile: "/run/secrets/none", environment: [:],
            files: Reading.access)
        #expect(configuration.missingSecrets == ["--token-file: cannot read /run/secrets/none: no such file"])
        #expect(configuration.sources[0].auth == .token(.file(path: "/run/secrets/none")))
    }

    @Test("Pipes are not read", .timeLimit(.minutes(5)))
    func pipe() throws {
        var template = Array("/tmp/exporter-config-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        let path = "\(folder)/token"
        try #require(mkfifo(path, 0o600) == 0)
        defer {
            unlink(path)
            rmdir(folder)
        }
        let text = Reading.authOf("token_file: \(path)")
        for requiresSecrets in [false, true] {
            let configuration = try ConfigurationReader.read(
                text: Array(text.utf8), fileName: "config.yaml", environment: [:], requiresSecrets: requiresSecrets)
            #expect(configuration.missingSecrets == [])
            #expect(
                configuration.warnings == [
                    "config.yaml:5:17: sources[0].auth.token_file: \(path) is not checked: it is a pipe or terminal"
                ])
        }
        #expect(SecretFileProblem(path: path) == nil)
        #expect(SecretFileProblem(path: "\(folder)/none") == .absent("cannot read \(folder)/none: no such file"))
        #expect(SecretFileProblem(path: folder) == .unreadable("cannot read \(folder): is a directory"))
        #expect(SecretFileProblem(path: "/dev/null") == .absent("/dev/null is empty"))
    }
}
