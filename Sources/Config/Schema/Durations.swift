// SPDX-License-Identifier: Apache-2.0

/// Durations in Prometheus' notation: integers with units in descending order, each unit once: `1h30m`, `500ms`.
public enum Durations {
    static let syntax = "integers with the units y, w, d, h, m, s, ms, in this order, such as 1h30m or 500ms"

    /// The maximum: ten years. Multiples of it still fit into 64 bits as nanoseconds.
    static let maximum = Duration.milliseconds(10 * units[0].milliseconds)

    /// A regular expression that every duration matches.
    static let pattern = "^\(units.map { "([0-9]+\($0.name))?" }.joined())$"

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
        ("ms", 1),
    ]

    /// Returns the duration, or nil if `text` is not one. Longer ones than ``maximum`` become ``maximum`` plus 1 ms,
    /// which the range check rejects.
    static func parse(_ text: String) -> Duration? {
        var rest = text.utf8[...]
        var total: Int64 = 0
        var next = 0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            let name = rest.dropFirst(digits.count).prefix { !(0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count + name.count)
            guard
                !digits.isEmpty,
                let unit = units.indices.dropFirst(next).first(where: { units[$0].name.utf8.elementsEqual(name) })
            else { return nil }
            next = unit + 1
            let product = (Int64(Substring(digits)) ?? .max).multipliedReportingOverflow(by: units[unit].milliseconds)
            let sum = total.addingReportingOverflow(product.overflow ? .max : product.partialValue)
            total = sum.overflow ? .max : sum.partialValue
        }
        return min(.milliseconds(total), maximum + .milliseconds(1))
    }

    /// Formats `duration` in the same notation, to the millisecond.
    public static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        guard rest != 0 else { return "0s" }
        var result = ""
        // Without weeks, because 30d is more familiar than 4w2d.
        for unit in units where unit.name != "w" {
            let count = rest / unit.milliseconds
            rest %= unit.milliseconds
            if count != 0 { result += "\(count)\(unit.name)" }
        }
        return result
    }
}
