// SPDX-License-Identifier: Apache-2.0

import Fabric
import Testing

@testable import Config

@Suite("ConfigurationReader: flags")
struct ConfigurationReaderFlagsTests {
    private func read(
        _ region: String?,
        _ workspaces: [String],
        _ tokenFile: String?
    ) throws(ConfigurationProblems) -> ExporterConfiguration {
        try ConfigurationReader.fromFlags(
            region: region, workspaces: workspaces, tokenFile: tokenFile, environment: Reading.environment,
            files: Reading.access, requiresSecrets: true
        )
    }

    @Test("Region, workspaces and a token file configure one source")
    func source() throws {
        let expected = ExporterConfiguration(
            sources: [
                SourceSettings(
                    name: "cn-north-4",
                    region: "cn-north-4",
                    baseURL: "https://fabric.cn-north-4.myhuaweicloud.com",
                    auth: .token(.file(path: "token")),
                    workspaces: [WorkspaceSettings(id: "w1"), WorkspaceSettings(id: "w2", name: "a=${NAME}")]
                )
            ]
        )
        #expect(try read("cn-north-4", ["w1", "w2=a=${NAME}"], "token") == expected)
    }

    @Test("Without a token file, auth is environment")
    func environment() throws {
        #expect(try read("cn-north-4", ["w1"], nil).sources[0].auth == .environment)
    }

    struct Bad: Sendable {
        let region: String?
        let workspaces: [String]
        let tokenFile: String?
        let lines: [String]
    }

    static let bad = [
        Bad(
            region: nil, workspaces: [], tokenFile: nil,
            lines: ["--region: required without --config.file; set --config.file, or --region and --workspace"]
        ),
        Bad(
            region: "", workspaces: [], tokenFile: "/run/secrets/none",
            lines: [
                "--region: must not be empty",
                "--token-file: cannot read /run/secrets/none: no such file",
                "--workspace: at least one is required; write ID or ID=NAME",
            ]
        ),
        Bad(
            region: "a.b", workspaces: ["w 1", "w2=", "w2=x", "=x"],
            tokenFile: String(repeating: "MIIsecretTOKEN", count: 5),
            lines: [
                "--region: must be letters, digits and hyphens, not \"a.b\"",
                "--token-file: cannot read the named file: no such file",
                "--workspace: must be 1 to 36 letters, digits and hyphens, not \"w 1\"",
                "--workspace: the name after w2= must not be empty",
                "--workspace: duplicate workspace id \"w2\"; remove one of them",
                "--workspace: must not be empty",
            ]
        ),
    ]

    @Test("All invalid flags are reported at once", arguments: bad)
    func problems(_ flags: Bad) {
        do throws(ConfigurationProblems) {
            _ = try read(flags.region, flags.workspaces, flags.tokenFile)
            Issue.record("the flags were accepted")
        } catch {
            #expect(error.description == flags.lines.joined(separator: "\n"))
        }
    }
}
