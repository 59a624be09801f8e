// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@testable import Exporter

@Suite("TerminalText")
struct TerminalTextTests {
    @Test("Lines contain no secrets and no control characters")
    func bytes() {
        let secret = Secret("secret-of-TerminalTextTests")
        let lines = TerminalText.bytes(["first \u{1B}[2J\nof two", "", "it is secret-of-TerminalTextTests\u{202E}"])
        withExtendedLifetime(secret) {
            #expect(
                String(decoding: lines, as: UTF8.self)
                    == "first \u{FFFD}[2J\nof two\n\nit is <REDACTED>\u{FFFD}\n")
        }
    }
}
