// SPDX-License-Identifier: Apache-2.0

import Base

@testable import Config

/// Reads configurations with in-memory files and environment variables.
enum Reading {
    static let environment = [
        "FABRIC_TOKEN": "MIIsecretTOKEN", "NAME": "prod", "EMPTY": "", "LINES": "one\ntwo", "DIR": "/run/secrets",
        "PASSWORD": "hunter2hunter2", "SK": "sk-0123456789",
    ]

    static let files: [String: String] = [
        "/run/secrets/token": "MIIfileTOKEN\n", "/run/secrets/crlf": "MIIfileTOKEN\r\n", "/run/secrets/empty": "",
        "/run/secrets/newline": "\n", "/run/secrets/spaces": "MII file TOKEN\n", "/run/secrets/two": "MIIone\nMIItwo\n",
        "/run/secrets/password": "correct horse\n", "/etc/fabric/ca.pem": "PEM", "/etc/fabric/cert.pem": "PEM",
        "/etc/fabric/key.pem": "PEM", "token": "MIIrelative\n",
    ]

    static let access = FileAccess { (path, limit) throws(FileAccess.Failure) in
        if path == "/run/secrets/denied" { throw FileAccess.Failure(reason: "permission denied") }
        guard let text = files[path] else { throw .missing }
        guard text.utf8.count <= limit else { throw .tooLarge }
        return Array(text.utf8)
    }

    static func read(
        _ text: String,
        fileName: String = "config.yaml",
        environment: [String: String] = environment,
        requiresSecrets: Bool = true
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        try ConfigurationReader.read(
            text: Array(text.utf8), fileName: fileName, environment: environment, files: access,
            requiresSecrets: requiresSecrets
        )
    }

    /// Returns the error lines of a configuration; empty if it is valid.
    static func problems(
        _ bytes: [UInt8],
        environment: [String: String] = environment
    ) -> [String] {
        do throws(ConfigurationProblems) {
            _ = try ConfigurationReader.read(
                text: bytes, fileName: "config.yaml", environment: environment, files: access,
                requiresSecrets: true
            )
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    static func problems(_ text: String) -> [String] {
        problems(Array(text.utf8))
    }

    /// Returns a file of `lines`, which start on line 1, and a valid source.
    static func withSource(_ lines: String) -> String { lines + "\n" + source }

    static let source = """
        sources:
        - region: cn-north-4
          auth: {token: MIIsecretTOKEN}
          workspaces: [{id: w1}]
        """

    /// Returns a file whose only source consists of `lines`, which start on line 2 and are indented by two.
    static func sourceOf(_ lines: String) -> String {
        "sources:\n- " + lines.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n  ")
    }

    /// Returns a file with a valid source and `lines` in it, which start on line 5.
    static func sourceWith(_ lines: String) -> String {
        sourceOf("region: cn-north-4\nauth: {token: MIIsecretTOKEN}\nworkspaces: [{id: w1}]\n" + lines)
    }

    /// Returns a file with a source whose `auth` consists of `lines`, which start on line 5, column 5.
    static func authOf(_ lines: String) -> String {
        sourceOf(
            "region: cn-north-4\nworkspaces: [{id: w1}]\nauth:\n"
                + lines.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        )
    }
}
