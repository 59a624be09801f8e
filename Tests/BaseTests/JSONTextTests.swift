// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("JSON encoding")
struct JSONTextTests {
    @Test(
        "Strings are escaped so that they stay on one line",
        arguments: [
            ("", #""""#), ("数据", #""数据""#), (#"a"b\c"#, #""a\"b\\c""#), ("a\nb\r\tc", #""a\nb\r\tc""#),
            ("\u{0}\u{1F}\u{7F}\u{9F}", #""\u0000\u001f\u007f\u009f""#), ("\u{2028}\u{2029}", #""\u2028\u2029""#),
            ("</script>", #""</script>""#), ("\u{AD}\u{61C}\u{200B}", #""\u00ad\u061c\u200b""#),
            ("\u{202E}\u{2066}\u{FEFF}", #""\u202e\u2066\ufeff""#), ("\u{E0041}", #""\udb40\udc41""#),
            ("❤\u{FE0F}", "\"❤\u{FE0F}\""), ("a\u{A0}\u{2027}\u{202F}\u{2065}", "\"a\u{A0}\u{2027}\u{202F}\u{2065}\""),
        ])
    func string(value: String, text: String) {
        #expect(JSONText.string(value) == text)
    }

    @Test("Nested values are encoded, members keep their order, and nil becomes null")
    func nested() {
        let value: JSONValue = [
            "z": .integer(.min), "a": [true, false, .null, "x"], "e": [:], "n": JSONValue(nil), "f": .number("0.5"),
        ]
        #expect(value.text == #"{"z":-9223372036854775808,"a":[true,false,null,"x"],"e":{},"n":null,"f":0.5}"#)
    }

    @Test("All strings are mapped; member names are not")
    func mapped() {
        let value: JSONValue = ["x": "x", "list": ["x", 1, ["x": true]], "none": .null]
        #expect(value.mapStrings { _ in "y" } == ["x": "y", "list": ["y", 1, ["x": true]], "none": .null])
    }

    @Test("Long and nested members are indented on lines of their own")
    func indented() {
        let value: JSONValue = ["a": ["short": 1, "list": "x"], "b": [["c": true], []], "d": []]
        #expect(
            value.indentedText == """
                {
                  "a": {"short":1,"list":"x"},
                  "b": [
                    {"c":true},
                    []
                  ],
                  "d": []
                }
                """)
        #expect(JSONValue.array([]).indentedText == "[]" && JSONValue(7).indentedText == "7")
    }
}
