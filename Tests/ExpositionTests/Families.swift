// SPDX-License-Identifier: Apache-2.0
import Base
import TestSupport

@testable import Exposition

let goldens = Goldens(beside: #filePath)

/// Families of every type, with names that sort differently in the two formats.
enum Families {
    static let gauge = MetricFamily(.gauge, "t_gauge", labels: ["subject", "l"], help: "A gauge.")
    static let counter = MetricFamily(.counter, "t_requests_total", labels: ["subject", "code"], help: "A counter.")
    /// Sorts before ``counter`` in the text format, after it in OpenMetrics.
    static let between = MetricFamily(.gauge, "t_requests_early", labels: [], help: "Between.")
    static let info = MetricFamily(.info, "t_build_info", labels: ["version"], help: "An info.")
    static let histogram = MetricFamily(.histogram, "t_duration_seconds", labels: ["subject"], help: "A histogram.")
    static let bytes = MetricFamily(.counter, "t_received_bytes_total", labels: [], help: "Bytes.")
    static let live = MetricFamily(.counter, "t_live_total", labels: [], help: "Live.")
    static let odd = MetricFamily(
        .gauge, "t_odd", labels: [], help: "A \"quote\", a back\\slash,\na line feed, 中文.")

    static let registry = MetricRegistry([
        .init("First", [gauge, counter, between]), .init("Others", [info, histogram, bytes, live, odd]),
    ])

    static func fragment(of subject: String, scale: UInt64 = 1) -> Fragment {
        var builder = FragmentBuilder(labels: [Label("subject", subject)])
        builder.add(histogram) { writer in
            writer.histogram(
                ["extra": "x"],
                Histogram(bounds: [0.025, 0.5, 10.5], counts: [1, 0, 2, 4].map { $0 * scale }, sum: 80.25))
        }
        builder.add(counter) { writer in
            writer.sample(.unsigned(7 * scale), ["code": "200"])
            writer.sample(.unsigned(scale), ["code": "none"])
        }
        builder.add(gauge) { _ in }
        return builder.build()
    }

    static func shared() -> Fragment {
        var builder = FragmentBuilder()
        builder.add(odd, .integer(-1))
        builder.add(bytes, .unsigned(12))
        builder.add(between, .double(0.5))
        builder.add(info) { $0.sample(.integer(1), ["version": "1.2.3"]) }
        return builder.build()
    }

    static func liveFragment(_ value: UInt64) -> Fragment {
        var builder = FragmentBuilder()
        builder.add(live, .unsigned(value))
        return builder.build()
    }
}

func text(_ pieces: [[UInt8]]) -> String { String(decoding: bytes(pieces), as: UTF8.self) }

func bytes(_ pieces: [[UInt8]]) -> [UInt8] { Array(pieces.joined()) }

extension ExpositionFormat {
    var suffix: String { self == .text ? "prom" : "openmetrics" }
}
