// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("ISO 8601 times")
struct ISO8601TimeTests {
    private static func parse(_ text: String) -> Timestamp? {
        var text = text
        return text.withUTF8 { ISO8601Time.parse($0) }
    }

    /// 2023-05-30T12:24:30Z.
    private static let sample: Int64 = 1_685_449_470_000_000

    @Test(
        "Every known format is parsed to the microsecond",
        arguments: [
            ("2023-05-30T12:24:30.401Z", sample + 401_000),
            ("2023-05-30T12:24:30Z", sample),
            ("2023-05-30t12:24:30z", sample),
            ("2023-05-30 12:24:30Z", sample),
            ("2023-05-30T12:24:30", sample),
            ("2023-05-30 12:24:30.401", sample + 401_000),
            ("2023-05-30T12:24:30,401Z", sample + 401_000),
            ("2023-05-30T12:24Z", sample - 30_000_000),
            ("2023-05-30T20:24:30+08:00", sample),
            ("2023-05-30T20:24:30.401+0800", sample + 401_000),
            ("2023-05-30T20:24:30+08", sample),
            ("2023-05-30T12:24:30.000+00:00", sample),
            ("2023-05-30T12:24:30-00:00", sample),
            ("2023-05-30T06:54:30-05:30", sample),
            ("2023-05-31T00:24:30+12:00", sample),
            ("2023-05-29T12:25:30-23:59", sample),
            ("1970-01-01T00:00:00Z", 0),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2000-02-29T00:00:00Z", 951_782_400_000_000),
            ("2024-02-29T23:59:59Z", 1_709_251_199_000_000),
            ("2100-02-28T23:59:59Z", 4_107_542_399_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
            ("2016-12-31T23:59:60.5Z", 1_483_228_800_500_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
            ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2020-01-04T09:05:22.701000Z", 1_578_128_722_701_000),
        ] as [(String, Int64)]
    )
    func valid(_ text: String, _ microseconds: Int64) {
        #expect(Self.parse(text) == Timestamp(microseconds: microseconds))
    }

    @Test(
        "A fraction of any length is truncated to microseconds",
        arguments: [
            ("1", 100_000), ("12", 120_000), ("123", 123_000), ("1234", 123_400), ("12345", 123_450),
            ("123456", 123_456), ("1234567", 123_456), ("12345678", 123_456), ("123456789", 123_456),
            ("000001", 1), ("0000009", 0), ("999999999", 999_999), (String(repeating: "9", count: 40), 999_999),
        ] as [(String, Int64)]
    )
    func fraction(_ digits: String, _ microseconds: Int64) {
        #expect(
            Self.parse("2023-05-30T12:24:30.\(digits)Z") == Timestamp(microseconds: Self.sample + microseconds))
        #expect(
            Self.parse("2023-05-30T12:24:30.\(digits)") == Timestamp(microseconds: Self.sample + microseconds))
    }

    @Test(
        "Any other text is rejected",
        arguments: [
            "", "Z", "now", "0", "1685449470", "2023", "2023-05", "2023-05-30", "2023-05-30T", "2023-05-30T12",
            "2023-05-30T12:", "2023-05-30T12:24:", "2023-05-30T12:24:30.", "2023-05-30T12:24:30.Z",
            "2023-05-30T12:24:30ZZ", "2023-05-30T12:24:30Z ", " 2023-05-30T12:24:30Z", "2023-05-30  12:24:30Z",
            "2023-05-30_12:24:30Z", "2023/05/30 12:24:30", "20230530T122430Z", "23-05-30T12:24:30Z",
            "02023-05-30T12:24:30Z", "+2023-05-30T12:24:30Z", "-2023-05-30T12:24:30Z", "2023-5-30T12:24:30Z",
            "2023-00-30T12:24:30Z", "2023-13-30T12:24:30Z", "2023-05-00T12:24:30Z", "2023-05-32T12:24:30Z",
            "2023-04-31T12:24:30Z", "2023-02-29T12:24:30Z", "1900-02-29T12:24:30Z", "2100-02-29T12:24:30Z",
            "2024-02-30T12:24:30Z", "2023-05-30T24:00:00Z", "2023-05-30T12:60:30Z", "2023-05-30T12:24:61Z",
            "2023-05-30T12:24:30+", "2023-05-30T12:24:30+8", "2023-05-30T12:24:30+08:", "2023-05-30T12:24:30+08:0",
            "2023-05-30T12:24:30+24:00", "2023-05-30T12:24:30+08:60", "2023-05-30T12:24:30+08:00:00",
            "2023-05-30T12:24:30 +08:00", "2023-05-30T12:24:30CST", "2023-05-30T12:24:30\u{0}",
            "２０２３-05-30T12:24:30Z", "2023-05-30T12:24:30−08:00",
        ]
    )
    func invalid(_ text: String) { #expect(Self.parse(text) == nil) }

    @Test("The documented format gives the same time as other formats, on every kind of day")
    func documentedFormat() {
        for year in [1, 4, 100, 400] + Array(1_896...2_104) + [9_999] {
            for month in 1...12 {
                for day in [1, 28, 29, 30, 31] {
                    func digits(_ number: Int, _ count: Int) -> String {
                        String(repeating: "0", count: count - String(number).count) + String(number)
                    }
                    let time = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))T23:59:58.125"
                    #expect(Self.parse(time + "Z") == Self.parse(time + "+00:00"), "\(time)")
                }
            }
        }
    }

    @Test("Replacing any byte of the documented format changes the time or makes it invalid")
    func anyByte() {
        let text = Array("2023-05-30T12:24:30.401Z".utf8)
        // The bytes that other formats allow at these positions.
        let allowed: [Int: String] = [10: "Tt ", 19: ".,", 23: "Zz0123456789"]
        for position in text.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = text
                bytes[position] = byte
                // A leap second becomes the first second of the next minute.
                if bytes[17...18] == [0x36, 0x30] { continue }
                let time = bytes.withUnsafeBufferPointer { ISO8601Time.parse($0) }
                if let others = allowed[position] {
                    #expect((time != nil) == others.utf8.contains(byte), "\(position) \(byte)")
                } else if let time {
                    #expect(Array(time.iso8601(fractionDigits: 3).utf8) == bytes, "\(position) \(byte)")
                } else {
                    let isDigit = (0x30...0x39).contains(byte)
                    // A digit is rejected only where it exceeds a range, such as month 13; never in year or fraction.
                    #expect(
                        !isDigit || [5, 6, 8, 9, 11, 14, 17].contains(position)
                            || !(0x30...0x39).contains(text[position]))
                }
            }
        }
    }
}
