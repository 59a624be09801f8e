// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("YAMLScalar")
struct YAMLScalarTests {
    @Test(
        "Plain scalars follow the core schema, quoted ones are strings",
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
}
