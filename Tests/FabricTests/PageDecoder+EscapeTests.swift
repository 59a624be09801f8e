// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Escapes in a page")
struct PageDecoderEscapeTests {
    @Test(
        "Invalid escapes become U+FFFD, all others are decoded",
        arguments: [
            (#"\ud800"#, "\u{FFFD}"), (#"\uDBFF"#, "\u{FFFD}"), (#"\udc00"#, "\u{FFFD}"), (#"\uDFFF"#, "\u{FFFD}"),
            (#"a\ud800b"#, "a\u{FFFD}b"), (#"a\udc00b"#, "a\u{FFFD}b"), (#"\udc00\ud800"#, "\u{FFFD}\u{FFFD}"),
            (#"\ud800\ud800"#, "\u{FFFD}\u{FFFD}"), (#"\udc00\udc00"#, "\u{FFFD}\u{FFFD}"),
            (#"\ud800\ud83d\ude00"#, "\u{FFFD}😀"), (#"\ud83d\ude00\ude00"#, "😀\u{FFFD}"),
            (#"\ud83d\ude00"#, "😀"), (#"\uD83D\uDE00\ud83d\ude00"#, "😀😀"), (#"\udbff\udfff"#, "\u{10FFFF}"),
            (#"\ud800\n"#, "\u{FFFD}\n"), (#"\ud800\u0041"#, "\u{FFFD}A"), (#"\ud800\\udc00"#, "\u{FFFD}\\udc00"),
            (#"\ud83d \ude00"#, "\u{FFFD} \u{FFFD}"), (#"\ud83dude00"#, "\u{FFFD}ude00"),
            (#"\\ud800"#, #"\ud800"#), (#"\\\ud800"#, "\\\u{FFFD}"), (#"\\\\ud800"#, #"\\ud800"#), (#"\\"#, #"\"#),
            (#"\u0000"#, "\u{FFFD}"), (#"a\u0000b\u0000"#, "a\u{FFFD}b\u{FFFD}"), (#"\\u0000"#, #"\u0000"#),
            (#"\u0001\u001f"#, "\u{1}\u{1F}"), (#"\ufffd\ufffe\uffff"#, "\u{FFFD}\u{FFFE}\u{FFFF}"),
            (#"\"\/\b\f\n\r\t"#, "\"/\u{8}\u{C}\n\r\t"), (#"\u4e2d\u6587"#, "中文"), ("中文 端点-1_.😀", "中文 端点-1_.😀"),
            ("\u{7F}\u{85}\u{2028}", "\u{7F}\u{85}\u{2028}"),
        ]
    )
    func texts(_ json: String, _ text: String) throws {
        #expect(try DecodedPage.row("\"name\":\"\(json)\"") == "id=e name=\(text)")
        #expect(
            try DecodedPage("{\"endpoints\":[{\"id\":\"\(json)\"}]}")
                == DecodedPage(total: nil, records: ["id=\(text)"]))
    }

    @Test("Keys are matched after decoding escapes")
    func keys() throws {
        #expect(
            try DecodedPage.row(#""\u006eame":"n","\ud800":1,"name\u0000":"x""#) == "id=e name=n")
    }

    @Test(
        "Escapes and characters that JSON doesn't allow fail",
        arguments: [
            #"\x"#, #"\u12"#, #"\u12G4"#, #"\uD8"#, #"\U0041"#, #"\ud800\u12"#, #"\ud800\x"#, #"\"#, "\n", "\t",
            "\u{0}", "\u{1F}", #"\'"#,
        ]
    )
    func bad(_ json: String) {
        #expect(throws: PageDecodingError.self) { try DecodedPage.row("\"name\":\"\(json)\"") }
    }

    @Test(
        "Bytes that are not UTF-8 fail",
        arguments: [
            [0x80], [0xFF], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xD6, 0xD0],
        ] as [[UInt8]]
    )
    func notUTF8(_ bytes: [UInt8]) {
        for field in ["name", "description"] {
            let body = Array("{\"endpoints\":[{\"id\":\"e\",\"\(field)\":\"".utf8) + bytes + Array("\"}]}".utf8)
            #expect(throws: PageDecodingError.self) { try DecodedPage(body) }
        }
    }
}
