// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

/// A file that is refused, and the exact lines it is refused with.
struct BadFile: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let lines: [String]

    init(_ name: String, _ text: String, _ lines: [String]) {
        self.name = name
        self.text = text
        self.lines = lines
    }

    var testDescription: String { name }
}

@Suite("Bad files")
struct ConfigurationReaderBadFileTests {
    @Test("A file that is no YAML mapping is refused", arguments: BadYAMLFiles.all)
    func yaml(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong poll or metrics section is refused", arguments: BadPollFiles.all)
    func poll(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong number or choice is refused", arguments: BadNumberFiles.all)
    func number(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong source is refused", arguments: BadSourceFiles.all)
    func source(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong workspace or filter is refused", arguments: BadWorkspaceFiles.all)
    func workspace(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong URL, TLS or discovery section is refused", arguments: BadConnectionFiles.all)
    func connection(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong token is refused", arguments: BadTokenFiles.all)
    func token(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("A wrong kind of authentication is refused", arguments: BadAuthKindFiles.all)
    func authKind(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Every problem is reported at once, in the file's order")
    func severalProblems() {
        let text = """
            sources:
            - region: cn-north-4
              auth: {tokn: x}
              workspaces: [{id: w1}, {id: w1}]
            - region: cn-north-4
              auth: {token_file: /run/secrets/none}
              workspaces: [{id: a/b}]
            poll: {interval: 60}
            polls: {}
            metrics: {endpoint_details: some}
            """
        #expect(
            Reading.problems(text) == [
                "config.yaml:3:10: sources[0].auth.tokn: unknown key; did you mean token?",
                "config.yaml:4:31: sources[0].workspaces[1].id: the workspace is in the list already, "
                    + "as sources[0].workspaces[0]",
                "config.yaml:5:11: sources[1].region: the name is that of sources[0] already; give one of them a name",
                "config.yaml:6:22: sources[1].auth.token_file: cannot read /run/secrets/none: no such file",
                "config.yaml:7:21: sources[1].workspaces[0].id: must be 1 to 36 letters, digits and hyphens, not \"a/b\"",
                "config.yaml:8:18: poll.interval: must be a duration with a unit, not 60: write 60s for seconds",
                "config.yaml:9:1: polls: unknown key; did you mean poll?",
                "config.yaml:10:29: metrics.endpoint_details: must be one of problems, all, none, not \"some\"",
            ]
        )
    }

    @Test("A file over 1 MiB is refused")
    func largeFile() {
        let largest = "#" + String(repeating: "x", count: ConfigurationReader.fileLimit - 1)
        #expect(Reading.problems(largest) == ["config.yaml:1:1: the file is empty; it needs at least sources"])
        let text = largest + "x"
        #expect(Reading.problems(text) == ["config.yaml: cannot read the file: larger than 1 MiB"])
    }

    @Test(
        "Bytes that are not UTF-8 are refused with their position",
        arguments: [
            (Array("poll: {}\n# caf".utf8) + [0xE9, 0x0A], "config.yaml:2:6: these bytes are not UTF-8"),
            (Array("a: \u{e9}".utf8) + [0xC3], "config.yaml:1:5: these bytes are not UTF-8"),
            ([0xFF, 0xFE, 0x61, 0x00], "config.yaml:1:1: these bytes are not UTF-8"),
            ([0xED, 0xA0, 0x80], "config.yaml:1:1: these bytes are not UTF-8"),
        ]
    )
    func notUTF8(_ bytes: [UInt8], _ line: String) { #expect(Reading.problems(bytes) == [line]) }

    @Test("Any prefix of a file, and a file with any one byte replaced, is read or refused, never more")
    func damagedFiles() {
        let bytes = Array(ConfigurationReference.example.utf8)
        for count in 0..<bytes.count { _ = Reading.problems(Array(bytes[..<count])) }
        for index in bytes.indices {
            for byte in [0x00, 0x22, 0x26, 0x2A, 0x3A, 0x7B, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] = byte
                let lines = Reading.problems(damaged)
                #expect(lines.allSatisfy { $0.hasPrefix("config.yaml") && !$0.contains("\n") })
            }
        }
    }
}
