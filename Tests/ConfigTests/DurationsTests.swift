// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Config

@Suite("Durations")
struct DurationsTests {
    @Test(
        "Durations are parsed in Prometheus' notation",
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
        "Other text is not a duration",
        arguments: [
            "", "0", "60", "s", "1", "1.5s", "-1s", "+1s", "1 s", " 1s", "1s ", "1m1h", "1s1s", "1ms1s", "1S", "1µs",
            "1sm", "١s", "s1",
        ]
    )
    func noDurations(_ text: String) { #expect(Durations.parse(text) == nil) }

    @Test(
        "Durations are formatted with the longest units first",
        arguments: [
            (0, "0s"), (5, "5ms"), (90_000, "1m30s"), (86_400_000, "1d"), (2_592_000_000, "30d"),
            (31_536_000_001, "1y1ms"),
        ]
            as [(Int64, String)]
    )
    func format(_ milliseconds: Int64, _ text: String) {
        #expect(Durations.format(.milliseconds(milliseconds)) == text)
    }
}
