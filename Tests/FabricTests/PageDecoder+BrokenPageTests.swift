// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Invalid pages")
struct PageDecoderBrokenPageTests {
    @Test(
        "JSON other than the documented object fails with a message",
        arguments: [
            ("null", "the document is not an object"), ("[]", "the document is not an object"),
            ("5", "the document is not an object"), (#""x""#, "the document is not an object"),
            ("{}", #""total" and "endpoints" are both missing"#),
            (#"{"total":null}"#, #""total" and "endpoints" are both missing"#),
            (#"{"error_code":"APIG.0101"}"#, #""total" and "endpoints" are both missing"#),
            (#"{"total":1,"endpoints":{}}"#, #""endpoints" is not an array"#),
            (#"{"total":1,"endpoints":"x"}"#, #""endpoints" is not an array"#),
            (#"{"total":1,"endpoints":1}"#, #""endpoints" is not an array"#),
            (#"{"total":1,"endpoints":[],"endpoints":false}"#, #""endpoints" is not an array"#),
        ]
    )
    func unexpected(_ json: String, _ message: String) {
        #expect(throws: PageDecodingError(message: message)) { try DecodedPage(json) }
    }

    @Test(
        "Invalid JSON fails with a message",
        arguments: [
            "", " ", "\n", "x", "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "{", "}", "[", "{]",
            #"{"total":1,"endpoints":[]}}"#, #"{"total":1,"endpoints":[]} x"#, #"{"total":1,"endpoints":[]}{}"#,
            #"{"total":1,"endpoints":[],}"#, #"{"total":1,"endpoints":[{"id":"e"},]}"#, #"{"total":1 "endpoints":[]}"#,
            "{'total':1}", "{total:1}", #"{"total":tru}"#, #"{"total":1,"endpoints":[]}/* x */"#,
            "{\"total\":0,\"endpoints\":[]}\u{0}", "\u{0}", "\u{FEFF}{\"total\":0,\"endpoints\":[]}",
        ]
    )
    func invalid(_ text: String) throws {
        let error = try #require(throws: PageDecodingError.self) { try DecodedPage(text) }
        #expect(!error.message.isEmpty)
    }

    @Test("White space around the document is accepted")
    func whiteSpace() throws {
        #expect(try DecodedPage(" \r\n\t{\"total\":0}\n ") == DecodedPage(total: 0, records: []))
    }

    @Test("A body truncated at any byte fails without folding a row")
    func cut() throws {
        let whole = Array(SamplePage.json.utf8)
        let decoder = try #require(PageDecoder())
        for length in whole.indices {
            var body = Array(whole[..<length])
            var every = EveryRecord()
            #expect(throws: PageDecodingError.self) {
                try decoder.rows(of: &body, filter: &every)
            }
            #expect(every.records.isEmpty && every.admitted.isEmpty)
            #expect(body == Array(whole[..<length]))
        }
        #expect(
            try DecodedPage(whole, with: decoder)
                == DecodedPage(total: 1, records: [SamplePage.line]))
    }

    @Test("A changed byte anywhere never crashes", arguments: [0x00, 0x22, 0x5C, 0x7B, 0x5D, 0x39, 0xFF] as [UInt8])
    func changed(_ byte: UInt8) throws {
        let decoder = try #require(PageDecoder())
        for index in 0..<SamplePage.json.utf8.count {
            var body = Array(SamplePage.json.utf8)
            body[index] = byte
            _ = try? DecodedPage(body, with: decoder)
        }
        #expect(try DecodedPage(Array(#"{"total":3}"#.utf8), with: decoder) == DecodedPage(total: 3, records: []))
    }

    @Test(
        "Excessive nesting fails without exhausting the stack",
        arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func nesting(_ opening: String) {
        let deep = String(repeating: opening, count: 200_000)
        #expect(throws: PageDecodingError.self) { try DecodedPage(deep) }
        #expect(throws: PageDecodingError.self) { try DecodedPage("{\"total\":0,\"x\":" + deep) }
        let closed = String(repeating: "[", count: 200_000) + String(repeating: "]", count: 200_000)
        #expect(throws: PageDecodingError.self) { try DecodedPage("{\"total\":0,\"x\":" + closed + "}") }
    }

    @Test("Nesting deeper than documented is accepted")
    func someNesting() throws {
        let inner = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)
        #expect(try DecodedPage("{\"total\":0,\"x\":\(inner)}") == DecodedPage(total: 0, records: []))
    }

    @Test(
        "The body's length is unchanged after decoding",
        arguments: [#"{"total":0}"#, "", "x", #"{"total":1e400}"#, #"{"endpoints":5}"#])
    func padding(_ text: String) throws {
        let decoder = try #require(PageDecoder())
        var body = Array(text.utf8)
        _ = try? decoder.countRecords(&body)
        #expect(body.count == text.utf8.count)
    }

    @Test("A decoder grows with the page and is reused, unless it grew too large")
    func pool() throws {
        let pool = PageDecoderPool()
        let capacity = { (rows: Int) throws(PageDecodingError) -> Int in
            let records = repeatElement(#"{"id":"0b5633ba2b904511ad514346f4d00000"}"#, count: rows)
            var body = Array("{\"endpoints\":[\(records.joined(separator: ","))]}".utf8)
            var seen = 0
            let capacity = try pool.withDecoder { decoder throws(PageDecodingError) in
                seen = try decoder.countRecords(&body)
                return decoder.capacity
            }
            #expect(seen == rows)
            return capacity
        }
        let grown = try capacity(1_000)
        #expect(grown > 40_000)
        #expect(try capacity(1) == grown)
        #expect(try capacity(60_000) > 1 << 21)
        #expect(try capacity(1) < grown)
    }
}
