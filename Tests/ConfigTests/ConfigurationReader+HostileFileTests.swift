// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("ConfigurationReader: hostile files")
struct ConfigurationReaderHostileFileTests {
    /// Texts with control characters and their error lines.
    static let controls: [(text: String, line: String)] = [
        (
            #""po\nll": {}"#,
            #"config.yaml:1:1: po\nll: unknown key; did you mean poll?"#
        ),
        (
            #""pol\e": {}"#,
            #"config.yaml:1:1: pol\u{1B}: unknown key; did you mean poll?"#
        ),
        (
            #""pol\u0085l": {}"#,
            #"config.yaml:1:1: pol\u{0085}l: unknown key; did you mean poll?"#
        ),
        // A line separator and a right-to-left override.
        (
            #""po\u2028ll": {}"#,
            #"config.yaml:1:1: po\u{2028}ll: unknown key; did you mean poll?"#
        ),
        (
            #""\u202Epoll": {}"#,
            #"config.yaml:1:1: \u{202E}poll: unknown key; did you mean poll?"#
        ),
        (
            #"metrics: {endpoint_details: "a\u200Bl\r"}"#,
            #"config.yaml:1:29: metrics.endpoint_details: must be one of problems, all, none, "#
                + #"not "a\u{200B}l\r""#
        ),
    ]

    @Test("Control characters in keys and values are escaped in messages", arguments: controls)
    func control(text: String, line: String) {
        #expect(Reading.problems(Reading.withSource(text)) == [line])
    }

    @Test("Control characters in errors of regular expressions are escaped")
    func controlInPattern() {
        let lines = Reading.problems(Reading.sourceWith(#"discovery: {include: "[\e-\x01]"}"#))
        #expect(lines.count == 1)
        #expect(lines.allSatisfy { $0.contains("invalid regular expression ") && $0.contains(#"\u{1B}"#) })
        #expect(!lines.joined().unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("A line break in a file name is escaped")
    func fileName() {
        var problem = ConfigurationProblem(file: "a\nb", line: 1, column: 2, path: "", message: "m")
        #expect(problem.description == #"a\nb:1:2: m"#)
        problem.line = nil
        #expect(problem.description == #"a\nb: m"#)
    }

    @Test("The maximum length of a regular expression is 1000 bytes")
    func longPattern() {
        func problems(_ pattern: String) -> [String] {
            Reading.problems(Reading.sourceWith("discovery: {exclude: '\(pattern)'}"))
        }
        #expect(problems(String(repeating: "é", count: 500)) == [])
        #expect(
            problems(String(repeating: "é", count: 500) + "x") == [
                "config.yaml:5:24: sources[0].discovery.exclude: the regular expression must have at most 1000 bytes, "
                    + "not 1001"
            ])
        #expect(NamePattern(String(repeating: "x", count: 1_000)) != nil)
        #expect(NamePattern(String(repeating: "x", count: 1_001)) == nil)
    }

    /// Patterns on which the compiler recurses deeply.
    static let deepPatterns = [
        String(repeating: "[", count: 499) + "a" + String(repeating: "]", count: 499),
        "[a" + String(repeating: "&&a", count: 332) + "]", String(repeating: "(", count: 1_000),
        String(repeating: "([", count: 500),
    ]

    @Test("Deeply nested regular expressions do not overflow the stack", arguments: deepPatterns)
    func deepPattern(_ pattern: String) {
        #expect(pattern.utf8.count <= NamePattern.maximumLength)
        let lines = Reading.problems(Reading.sourceWith("discovery: {include: '\(pattern)'}"))
        #expect(lines.isEmpty == (NamePattern(pattern) != nil))
    }

    @Test("The error of a too long regular expression does not contain a variable's value")
    func patternOfVariable() {
        let text = Reading.sourceWith("discovery: {include: '${LONG}'}")
        let problems = Reading.problems(
            Array(text.utf8), environment: ["LONG": String(repeating: "S3cr3t", count: 200)])
        #expect(
            problems == [
                "config.yaml:5:24: sources[0].discovery.include: the regular expression must have at most 1000 bytes, "
                    + "not 1200"
            ])
    }

    @Test("A long variable name is cut in messages")
    func longVariableName() {
        let name = String(repeating: "V", count: 100)
        #expect(
            Reading.problems(Reading.authOf("token: ${\(name)}")) == [
                "config.yaml:5:12: sources[0].auth.token: environment variable \(name.prefix(60))… is not set"
            ])
    }
}
