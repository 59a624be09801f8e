// SPDX-License-Identifier: Apache-2.0
import Base
import Logging
import Testing

@testable import Exporter

@Suite("LineLogHandler")
struct LineLogHandlerTests {
    private static func line(
        _ message: String, _ fields: [(String, LogField)], _ format: LineLogHandler.Format
    ) -> Substring {
        let line = LineLogHandler.line(.warning, message, fields, format)
        return line[(line.firstRange(of: "level")?.lowerBound ?? line.startIndex)...]
    }

    @Test(
        "Control, bidirectional and invisible characters are escaped",
        arguments: [
            ("\u{1B}[31m", #"\u001b[31m"#), ("a\u{9B}b", #"a\u009bb"#), ("\u{7F}", #"\u007f"#), ("a\nb", #"a\nb"#),
            ("a\u{202E}b", #"a\u202eb"#), ("\u{200F}", #"\u200f"#), ("\u{61C}", #"\u061c"#), ("\u{2067}", #"\u2067"#),
            ("a\u{200B}b", #"a\u200bb"#), ("\u{FEFF}", #"\ufeff"#), ("\u{AD}", #"\u00ad"#), ("\u{2062}", #"\u2062"#),
            ("\u{2028}", #"\u2028"#), ("x\u{E0020}", #"x\udb40\udc20"#),
        ])
    func hidden(text: String, escaped: String) {
        #expect(Self.line("m", [("k", .text(text))], .logfmt) == "level=warn msg=m k=\"\(escaped)\"")
        #expect(Self.line(text, [], .json) == "level\":\"warn\",\"msg\":\"\(escaped)\"}")
    }

    @Test("Text is only quoted if necessary", arguments: ["端点", "❤\u{FE0F}", "a/b", "e\u{301}"])
    func plain(text: String) {
        #expect(Self.line("m", [("k", .text(text))], .logfmt) == "level=warn msg=m k=\(text)")
    }

    @Test("Secrets are redacted in messages and in values", arguments: LineLogHandler.Format.allCases)
    func secrets(format: LineLogHandler.Format) {
        let value = #"a "secret" of\LineLogHandlerTests"#
        let secret = Secret(value)
        let line = Self.line("said \(value)", [("error", .text("it said \(value)!"))], format)
        withExtendedLifetime(secret) {
            #expect(!line.contains("LineLogHandlerTests") && line.contains("it said <REDACTED>!"), "\(line)")
            #expect(line.contains("said <REDACTED>\""), "\(line)")
        }
    }

    @Test("JSON lines carry integers, finite numbers and booleans as such, everything else as strings")
    func jsonTypes() {
        let values: [(Logger.MetadataValue, String)] = [
            (.stringConvertible(42), "42"), (.stringConvertible(UInt64.max), "18446744073709551615"),
            (.stringConvertible(0.25), "0.25"), (.stringConvertible(true), "true"),
            (.stringConvertible(Double.infinity), #""inf""#), (.stringConvertible(Double.nan), #""nan""#),
            (.string("42"), #""42""#), (.stringConvertible(Duration.seconds(1)), #""1.0 seconds""#),
        ]
        for (value, json) in values {
            #expect(Self.line("m", [("k", LogField(value))], .json) == "level\":\"warn\",\"msg\":\"m\",\"k\":\(json)}")
        }
        #expect(Self.line("m", [("k", LogField(.stringConvertible(42)))], .logfmt) == "level=warn msg=m k=42")
    }

    @Test("Error lines are JSON objects if JSON is requested, and plain text otherwise")
    func errorLines() {
        let errors = ["a.yaml:1:1: x\na.yaml:2:1: y"]
        #expect(LineLogHandler.errorLines("invalid configuration", errors, .logfmt) == errors)
        let lines = LineLogHandler.errorLines("invalid configuration", errors, .json)
        #expect(lines.count == 2)
        for (line, error) in zip(lines, ["a.yaml:1:1: x", "a.yaml:2:1: y"]) {
            #expect(line.hasPrefix("{\"ts\":\""))
            #expect(line.hasSuffix("\"level\":\"error\",\"msg\":\"invalid configuration\",\"error\":\"\(error)\"}"))
        }
    }
}
