// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base

@Suite("Formatted timestamps")
struct TimestampTests {
    @Test(
        "Times are formatted in UTC",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000Z"), (1_709_251_199_999_999, "2024-02-29T23:59:59.999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func formatted(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).iso8601(fractionDigits: 3) == text)
    }

    @Test("Without fraction digits there is no decimal point")
    func whole() {
        #expect(Timestamp(microseconds: 1_800_000_000_999_999).iso8601() == "2027-01-15T08:00:00Z")
    }
}
