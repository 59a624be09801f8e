// SPDX-License-Identifier: Apache-2.0

/// Durations as Prometheus writes them: whole numbers with units, longest first, each unit once: `1h30m`, `500ms`.
enum Durations {
    static let syntax = "whole numbers with the units y, w, d, h, m, s, ms, longest first, such as 1h30m or 500ms"

    /// The longest duration that can be written. Ten years in nanoseconds, and a few times that, fit into 64 bits.
    static let longest = Duration.milliseconds(10 * units[0].milliseconds)

    /// A regular expression that every duration matches.
    static let pattern = "^\(units.map { "([0-9]+\($0.name))?" }.joined())$"

    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
        ("ms", 1),
    ]

    /// Nil for anything that is not a duration. One that is too long is ``longest`` and a millisecond, for the check of the
    /// range to refuse.
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
        return min(.milliseconds(total), longest + .milliseconds(1))
    }

    /// `duration` in the same notation, to the millisecond.
    static func format(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        var rest = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        guard rest != 0 else { return "0s" }
        var result = ""
        // Weeks would turn 30d into 4w2d, which nobody wrote.
        for unit in units where unit.name != "w" {
            let count = rest / unit.milliseconds
            rest %= unit.milliseconds
            if count != 0 { result += "\(count)\(unit.name)" }
        }
        return result
    }
}
