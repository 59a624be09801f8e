// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exposition

@Suite("Sample lines")
struct SampleLinesTests {
    private static let values: [SampleValue] =
        [0, 1, 9, 10, 99, 100, 12_345, .max, .min, -1].map { .integer($0) }
        + [
            .unsigned(.max), .unsigned(10_000_000_000_000_000_000), .unsigned(0), .microseconds(-1_500_000),
            .double(0.5),
        ]

    @Test(
        "A line is the one that a fragment's builder writes",
        arguments: [
            ["plain", "b\"\\\n", "端点"], ["", "x", ""], ["", "", ""],
            [String(repeating: "long\n", count: 9_000), "", "y"],
        ])
    func line(_ texts: [String]) {
        for labels in [[], [Label("subject", "s\"1"), Label("none", "")]] {
            var builder = FragmentBuilder(labels: labels)
            builder.add(Families.gauge) { writer in
                for value in Self.values {
                    writer.sample(value, ["a": texts[0], "b": texts[1], "c": "true", "d": texts[2]])
                    writer.sample(value)
                }
            }
            let escaped = EscapedTexts(texts)
            var lines = SampleLines()
            lines.begin(Families.gauge, labels)
            for value in Self.values {
                lines.open()
                lines.label("a", escaped, 0)
                Array(texts[1].utf8).withUnsafeBufferPointer { lines.label("b", escaping: $0) }
                lines.label("c", "true")
                lines.label("d", escaped, 2)
                lines.close(value)
                lines.sample(value)
            }
            #expect(Array(lines.bytes) == builder.build().bytes)
        }
    }
}
