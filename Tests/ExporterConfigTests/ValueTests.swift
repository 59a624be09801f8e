// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ExporterConfig

@Suite("Single values")
struct ValueTests {
    @Test(
        "Durations are read as Prometheus writes them",
        arguments: [
            ("0s", 0), ("500ms", 500), ("10s", 10_000), ("5m", 300_000), ("1h30m", 5_400_000), ("1d", 86_400_000),
            ("1w", 604_800_000), ("1y", 31_536_000_000), ("1h0m5ms", 3_600_005), ("90m", 5_400_000), ("007s", 7_000),
            ("1y1w1d1h1m1s1ms", 31_536_000_000 + 604_800_000 + 86_400_000 + 3_661_001),
        ] as [(String, Int64)]
    )
    func durations(_ text: String, _ milliseconds: Int64) {
        #expect(Durations.parse(text) == .milliseconds(milliseconds))
    }

    @Test(
        "Anything else is no duration",
        arguments: [
            "", "0", "60", "s", "1", "1.5s", "-1s", "+1s", "1 s", " 1s", "1s ", "1m1h", "1s1s", "1ms1s", "1S", "1µs",
            "1sm", "١s", "s1",
        ]
    )
    func noDurations(_ text: String) { #expect(Durations.parse(text) == nil) }

    @Test(
        "Durations are written with the longest units first",
        arguments: [
            (0, "0s"), (5, "5ms"), (90_000, "1m30s"), (86_400_000, "1d"), (2_592_000_000, "30d"),
            (31_536_000_001, "1y1ms"),
        ]
            as [(Int64, String)]
    )
    func format(_ milliseconds: Int64, _ text: String) {
        #expect(Durations.format(.milliseconds(milliseconds)) == text)
    }

    @Test(
        "Variables are filled in, dollars kept",
        arguments: [
            ("plain", "plain"), ("${NAME}", "prod"), ("a${NAME}b${NAME}", "aprodbprod"), ("$$", "$"), ("$", "$"),
            ("$NAME", "$NAME"), ("-scratch$", "-scratch$"), ("$${NAME}", "${NAME}"), ("$$${NAME}", "$prod"),
            ("${EMPTY}", ""),
            ("a$ {NAME}", "a$ {NAME}"), ("}", "}"),
        ]
    )
    func interpolation(_ text: String, _ result: String) throws {
        #expect(try Interpolation.expand(text, environment: Reading.environment) == result)
    }

    @Test("What a variable holds is not filled in again")
    func nested() throws {
        #expect(try Interpolation.expand("${A}", environment: ["A": "${B}$$", "B": "x"]) == "${B}$$")
    }

    @Test(
        "Plain scalars mean what the core schema says, quoted ones are strings",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("true", .boolean(true)), ("FALSE", .boolean(false)),
            ("yes", .string), ("on", .string), ("12", .integer(12)), ("-12", .integer(-12)), ("+12", .integer(12)),
            ("012", .integer(12)), ("0o17", .integer(15)), ("0xfF", .integer(255)), ("0x", .string), ("0o8", .string),
            ("1_000", .string), ("1.5", .string), ("1e3", .string), ("-", .string), ("--1", .string),
            ("12:30", .string),
            ("99999999999999999999", .integer(nil)), ("-0x1", .string), ("١", .string),
        ] as [(String, YAMLScalar.Meaning)]
    )
    func coreSchema(_ text: String, _ meaning: YAMLScalar.Meaning) {
        #expect(YAMLScalar(text: text, isPlain: true).meaning == meaning)
        #expect(YAMLScalar(text: text, isPlain: false).meaning == .string)
    }

    @Test(
        "A near word is suggested, a far one is not",
        arguments: [
            ("intervall", "interval"), ("inteval", "interval"), ("itnerval", "interval"), ("INTERVAL", "interval"),
            ("timeuot", "timeout"), ("stale-after", "stale_after"), ("frequency", nil), ("x", nil),
            (String(repeating: "interval", count: 100), nil),
        ] as [(String, String?)]
    )
    func suggestion(_ word: String, _ candidate: String?) {
        #expect(Suggestion.nearest(to: word, among: ["interval", "timeout", "stale_after"]) == candidate)
    }

    @Test(
        "URLs are taken apart",
        arguments: [
            ("https://A.example:443/x/", "https://A.example:443/x", "a.example", true),
            ("HTTP://[::1]", "HTTP://[::1]", "::1", false), ("http://a_b-c.1", "http://a_b-c.1", "a_b-c.1", false),
            ("http://u:p@ss@h:1", "http://u:p@ss@h:1", "h", false),
        ]
    )
    func urls(_ text: String, _ kept: String, _ host: String, _ isHTTPS: Bool) throws {
        let address = try WebAddress(text, allowsUserInfo: true)
        #expect(address.text == kept && address.host == host && address.isHTTPS == isHTTPS)
    }

    @Test(
        "What is no URL says why",
        arguments: [
            ("", .scheme), ("example.com", .scheme), ("https:/x", .scheme), ("socks5://h", .scheme),
            ("https://", .host),
            ("https://.", .host), ("https://[::1", .host), ("https://[x]", .host), ("https://a%20b", .host),
            ("https://h:", .port), ("https://h:x", .port), ("https://h:0", .port), ("https://[::1]1", .port),
            ("https://u@h", .userInfo), ("https://h?x", .queryOrFragment), ("https://h/#x", .queryOrFragment),
            ("https://h\\x", .character), ("https://h/\n", .character), ("https://h/é", .character),
        ] as [(String, WebAddress.Failure)]
    )
    func noURLs(_ text: String, _ failure: WebAddress.Failure) {
        #expect(throws: failure) { try WebAddress(text, allowsUserInfo: false) }
    }
}
