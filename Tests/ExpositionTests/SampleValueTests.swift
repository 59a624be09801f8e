// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@testable import Exposition

@Suite("Samples")
struct SampleValueTests {
    static let values: [(value: SampleValue, text: String)] = [
        (.integer(0), "0"), (.integer(9), "9"), (.integer(10), "10"), (.integer(-1), "-1"), (.integer(-100), "-100"),
        (.integer(.max), "9223372036854775807"), (.integer(.min), "-9223372036854775808"),
        (.unsigned(0), "0"), (.unsigned(.max), "18446744073709551615"), (.unsigned(1_000_000), "1000000"),
        (.double(0), "0"), (.double(-0.0), "0"), (.double(1), "1"), (.double(-3), "-3"), (.double(0.1), "0.1"),
        (.double(80.25), "80.25"), (.double(-2.5), "-2.5"), (.double(1e-7), "1e-07"),
        (.double(1e18), "1000000000000000000"),
        (.double(1e19), "1e+19"), (.double(1.7976931348623157e308), "1.7976931348623157e+308"),
        (.double(.leastNonzeroMagnitude), "5e-324"), (.double(0.1 + 0.2), "0.30000000000000004"),
        (.double(.nan), "NaN"), (.double(-.nan), "NaN"), (.double(.infinity), "+Inf"), (.double(-.infinity), "-Inf"),
        (.microseconds(0), "0"), (.microseconds(1), "0.000001"), (.microseconds(-1), "-0.000001"),
        (.microseconds(1_500_000), "1.5"), (.microseconds(-1_500_000), "-1.5"), (.microseconds(1_000_000), "1"),
        (.microseconds(1_800_000_000_123_456), "1800000000.123456"), (.microseconds(10_100), "0.0101"),
        (.microseconds(.max), "9223372036854.775807"), (.microseconds(.min), "-9223372036854.775808"),
        (.flag(true), "1"), (.flag(false), "0"),
        (.duration(.seconds(60)), "60"), (.duration(.milliseconds(1)), "0.001"), (.duration(.zero), "0"),
        (.duration(.microseconds(-1_250_000)), "-1.25"), (.duration(.nanoseconds(1_234_567)), "0.001235"),
        (.duration(.nanoseconds(1_999_999_999)), "2"), (.duration(.nanoseconds(-1_999_999_999)), "-2"),
        (.duration(.nanoseconds(499)), "0"), (.duration(.nanoseconds(500)), "0.000001"),
    ]

    @Test("Numbers are written without loss of precision", arguments: values)
    func number(value: SampleValue, text: String) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    static let labels: [(value: String?, line: String)] = [
        (nil, "t 1"), ("", "t 1"), ("plain", #"t{l="plain"} 1"#), ("a\"b", #"t{l="a\"b"} 1"#),
        (#"a\b"#, #"t{l="a\\b"} 1"#), ("a\nb", #"t{l="a\nb"} 1"#), (#"\n"#, #"t{l="\\n"} 1"#),
        ("a\r\nb", "t{l=\"a\r\\nb\"} 1"), ("中文", #"t{l="中文"} 1"#), ("{},=", #"t{l="{},="} 1"#), (" ", #"t{l=" "} 1"#),
    ]

    @Test("Label values are escaped, and labels without a value are omitted", arguments: labels)
    func label(value: String?, line: String) {
        let family = MetricFamily(.gauge, "t", labels: ["l"], help: "T.")
        let page = "# HELP t T.\n# TYPE t gauge\n\(line)\n"
        var additional = FragmentBuilder()
        additional.add(family) { $0.sample(.integer(1), ["l": value]) }
        var own = FragmentBuilder(labels: [Label("l", value ?? "")])
        own.add(family, .integer(1))
        for builder in [additional, own] {
            let registry = MetricRegistry([.init("T", [family])])
            let bytes = registry.render(.text, fragments: [builder.build()])
            #expect(bytes.elementsEqual(page.utf8), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("Secrets are redacted in labels of the subject and of the sample")
    func secrets() {
        let value = "a \"secret\"\\of SampleValueTests"
        let secret = Secret(value)
        let family = MetricFamily(.gauge, "t", labels: ["a", "b"], help: "T.")
        var builder = FragmentBuilder(labels: [Label("a", "<\(value)>")])
        builder.add(family) { $0.sample(.integer(1), ["b": "\"\(value)\n"]) }
        let bytes = withExtendedLifetime(secret) { builder.build().bytes }
        #expect(String(decoding: bytes, as: UTF8.self) == #"t{a="<<REDACTED>>",b="\"<REDACTED>\n"} 1"# + "\n")
    }

    @Test("Labels of the subject, of the sample and of the bucket are in this order")
    func labelOrder() {
        let family = MetricFamily(.histogram, "t", labels: ["a", "b", "c", "d"], help: "T.")
        var builder = FragmentBuilder(labels: [Label("a", "1"), Label("b", ""), Label("c", "3")])
        builder.add(family) {
            $0.histogram(["d": "4", "e": nil], Histogram(bounds: [0.5], counts: [2, 3], sum: .nan))
        }
        let fragment = builder.build()
        #expect(fragment.labels.count == 3)
        #expect(
            String(decoding: fragment.bytes, as: UTF8.self) == """
                t_bucket{a="1",c="3",d="4",le="0.5"} 2
                t_bucket{a="1",c="3",d="4",le="+Inf"} 5
                t_sum{a="1",c="3",d="4"} NaN
                t_count{a="1",c="3",d="4"} 5

                """)
    }
}
