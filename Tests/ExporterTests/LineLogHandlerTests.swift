// SPDX-License-Identifier: Apache-2.0
import Base
import Logging
import Testing

@testable import Exporter

@Suite("Log lines")
struct LineLogHandlerTests {
    private static func line(
        _ message: String, _ fields: [(String, String)], _ format: LineLogHandler.Format
    ) -> Substring {
        let line = LineLogHandler.line(.warning, message, fields, format)
        return line[(line.firstRange(of: "level")?.lowerBound ?? line.startIndex)...]
    }

    @Test(
        "Characters that control a terminal, turn its text around or are not seen are escaped",
        arguments: [
            ("\u{1B}[31m", #"\u001b[31m"#), ("a\u{9B}b", #"a\u009bb"#), ("\u{7F}", #"\u007f"#), ("a\nb", #"a\nb"#),
            ("a\u{202E}b", #"a\u202eb"#), ("\u{200F}", #"\u200f"#), ("\u{61C}", #"\u061c"#), ("\u{2067}", #"\u2067"#),
            ("a\u{200B}b", #"a\u200bb"#), ("\u{FEFF}", #"\ufeff"#), ("\u{AD}", #"\u00ad"#), ("\u{2062}", #"\u2062"#),
            ("\u{2028}", #"\u2028"#), ("x\u{E0020}", #"x\udb40\udc20"#),
        ])
    func hidden(text: String, escaped: String) {
        #expect(Self.line("m", [("k", text)], .logfmt) == "level=warn msg=m k=\"\(escaped)\"")
        #expect(Self.line(text, [], .json) == "level\":\"warn\",\"msg\":\"\(escaped)\"}")
    }

    @Test("Texts that need no quotes get none", arguments: ["端点", "❤\u{FE0F}", "a/b", "e\u{301}"])
    func plain(text: String) {
        #expect(Self.line("m", [("k", text)], .logfmt) == "level=warn msg=m k=\(text)")
    }

    @Test("Secrets are redacted in messages and in values", arguments: LineLogHandler.Format.allCases)
    func secrets(format: LineLogHandler.Format) {
        let value = #"a "secret" of\LineLogHandlerTests"#
        let secret = Secret(value)
        let line = Self.line("said \(value)", [("error", "it said \(value)!")], format)
        withExtendedLifetime(secret) {
            #expect(!line.contains("LineLogHandlerTests") && line.contains("it said <REDACTED>!"), "\(line)")
            #expect(line.contains("said <REDACTED>\""), "\(line)")
        }
    }
}
