// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

/// An invalid file and its exact error lines.
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

@Suite("ConfigurationReader: invalid files")
struct ConfigurationReaderBadFileTests {
    @Test("A file that is not a YAML mapping is invalid", arguments: BadYAMLFiles.all)
    func yaml(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in poll and metrics are reported", arguments: BadPollFiles.all)
    func poll(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Invalid numbers and choices are reported", arguments: BadNumberFiles.all)
    func number(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in prices are reported", arguments: BadPriceFiles.all)
    func prices(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in sources are reported", arguments: BadSourceFiles.all)
    func source(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("What a version of the API does not have is reported", arguments: BadAPIVersionFiles.all)
    func apiVersion(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in workspaces and filters are reported", arguments: BadWorkspaceFiles.all)
    func workspace(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in URLs, TLS and discovery are reported", arguments: BadConnectionFiles.all)
    func connection(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Invalid tokens are reported", arguments: BadTokenFiles.all)
    func token(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("Errors in other authentication methods are reported", arguments: BadAuthKindFiles.all)
    func authKind(_ file: BadFile) { #expect(Reading.problems(file.text) == file.lines) }

    @Test("All errors are reported at once, in the file's order")
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
                "config.yaml:4:31: sources[0].workspaces[1].id: duplicate workspace id \"w1\" (first used by "
                    + "sources[0].workspaces[0]); remove one of them",
                "config.yaml:5:11: sources[1].region: duplicate source name \"cn-north-4\" (the region is the default; "
                    + "first used by sources[0]); set name",
                "config.yaml:6:22: sources[1].auth.token_file: cannot read /run/secrets/none: no such file",
                "config.yaml:7:21: sources[1].workspaces[0].id: must be 1 to 36 letters, digits and hyphens, not \"a/b\"",
                "config.yaml:8:18: poll.interval: must be a duration with a unit, not 60; write 60s for seconds",
                "config.yaml:9:1: polls: unknown key; did you mean poll?",
                "config.yaml:10:29: metrics.endpoint_details: must be one of problems, all, none, not \"some\"",
            ]
        )
    }

    @Test("A file over 1 MiB is an error")
    func largeFile() {
        let largest = "#" + String(repeating: "x", count: ConfigurationReader.fileLimit - 1)
        #expect(Reading.problems(largest) == ["config.yaml:1:1: the file is empty; add at least the key sources"])
        let text = largest + "x"
        #expect(Reading.problems(text) == ["config.yaml: cannot read the file: larger than 1 MiB"])
    }

    @Test(
        "Invalid UTF-8 is reported with its position",
        arguments: [
            (Array("poll: {}\n# caf".utf8) + [0xE9, 0x0A], "config.yaml:2:6: invalid UTF-8; save the file as UTF-8"),
            (Array("a: \u{e9}".utf8) + [0xC3], "config.yaml:1:5: invalid UTF-8; save the file as UTF-8"),
            ([0xFF, 0xFE, 0x61, 0x00], "config.yaml:1:1: invalid UTF-8; save the file as UTF-8"),
            ([0xED, 0xA0, 0x80], "config.yaml:1:1: invalid UTF-8; save the file as UTF-8"),
        ]
    )
    func notUTF8(_ bytes: [UInt8], _ line: String) { #expect(Reading.problems(bytes) == [line]) }

    @Test("Truncated and corrupted files are read or give errors of one line each")
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
