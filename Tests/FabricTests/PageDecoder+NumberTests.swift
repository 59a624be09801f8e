// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Integers of a page")
struct PageDecoderNumberTests {
    @Test(
        "Integers are exact and clamped to 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("10000", 10_000),
            ("9223372036854775806", .max - 1), ("9223372036854775807", .max), ("9223372036854775808", .max),
            ("9999999999999999999", .max), ("18446744073709551615", .max), ("18446744073709551616", .max),
            ("-9223372036854775807", .min + 1), ("-9223372036854775808", .min), ("-9223372036854775809", .min),
            ("-9999999999999999999", .min), ("99999999999999999999", .max), ("-99999999999999999999", .min),
            (String(repeating: "7", count: 400), .max), ("-" + String(repeating: "7", count: 400), .min),
            ("2.0", 2), ("-2.0", -2), ("2e0", 2), ("1e3", 1_000), ("1E+3", 1_000), ("1500e-1", 150), ("0e400", 0),
            ("9.3e18", .max), ("-9.3e18", .min), ("1e300", .max), ("-1e300", .min), ("1e400", .max),
            ("-1e400", .min), ("1E+4000", .max), ("0.1e5000", .max), ("1e309", .max), ("1.8e308", .max),
            (String(repeating: "7", count: 400) + ".0", .max), ("1e99999999999999999999999", .max),
            ("0.0000001e315", .max), ("0e99999999999999999999999", 0),
        ] as [(String, Int64)]
    )
    func integers(_ json: String, _ number: Int64) throws {
        #expect(
            try DecodedPage.row("\"reserved_resource\":{\"apu\":{\"warm_up_num\":\(json)}}")
                == "id=e apu={reserved=\(number) maximum=\(number)}")
        #expect(
            try DecodedPage("{\"total\":\(json) ,\"endpoints\":[]}") == DecodedPage(total: number, records: []))
    }

    @Test("A page may have many integers")
    func several() throws {
        let record = try DecodedPage.row(
            #"""
            "name":"12345678901234567890123 \" 98765432109876543210",
            "reserved_resource":{"apu":{"warm_up_num":-123456789012345678901,"max_num":123456789012345678901},
            "dpu":{"warm_up_num":1e500,"max_num":7}}
            """#)
        let expected = #"""
            id=e name=12345678901234567890123 " 98765432109876543210 \#
            apu={reserved=-9223372036854775808 maximum=9223372036854775807} \#
            dpu={reserved=9223372036854775807 maximum=7}
            """#
        #expect(record == expected)
    }

    @Test("A fraction is malformed", arguments: ["1.5", "-0.5", "1e-3", "123456789.25"])
    func fractions(_ json: String) throws {
        #expect(
            try DecodedPage("{\"total\":\(json),\"endpoints\":[]}")
                == DecodedPage(total: nil, records: [], malformed: 1))
    }

    @Test(
        "An invalid JSON number of any length fails",
        arguments: [
            "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "Infinity", "-Infinity", "1_000", "--1",
            "0123456789012345678901234", "12345678901234567890123x", "12345678901234567890123 4",
            "12345678901234567890123\"a\"", "1e400.5", "1e400e5", "1.e400", "01e400", "1e400x", "1e4000 5", "1e4000-5",
            "-01e400", "1e+-400", "1..0e400", "- 12345678901234567890123", "12345678901234567890123-4",
        ]
    )
    func bad(_ json: String) {
        #expect(throws: PageDecodingError.self) {
            try DecodedPage("{\"total\":\(json),\"endpoints\":[]}")
        }
    }
}
