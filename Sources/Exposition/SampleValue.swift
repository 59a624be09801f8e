// SPDX-License-Identifier: Apache-2.0

/// The value of one sample, written without loss of precision.
public enum SampleValue: Sendable, Equatable {
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    /// A time or duration in microseconds, exported in seconds.
    case microseconds(Int64)

    /// Returns 1 for true, 0 for false.
    public static func flag(_ isTrue: Bool) -> SampleValue { .integer(isTrue ? 1 : 0) }

    /// Returns a duration, rounded to the microsecond.
    public static func duration(_ duration: Duration) -> SampleValue {
        let (seconds, attoseconds) = duration.components
        let half: Int64 = duration < .zero ? -500_000_000_000 : 500_000_000_000
        return .microseconds(seconds * 1_000_000 + (attoseconds + half) / 1_000_000_000_000)
    }

    func write(to bytes: inout [UInt8]) {
        switch self {
        case .integer(let value):
            if value < 0 { bytes.append(UInt8(ascii: "-")) }
            Self.writeDigits(value.magnitude, to: &bytes)
        case .unsigned(let value): Self.writeDigits(value, to: &bytes)
        case .microseconds(let value): Self.write(microseconds: value, to: &bytes)
        case .double(let value): Self.write(double: value, to: &bytes)
        }
    }

    private static func write(double value: Double, to bytes: inout [UInt8]) {
        if value.isNaN {
            bytes += "NaN".utf8
        } else if value.isInfinite {
            bytes += (value < 0 ? "-Inf" : "+Inf").utf8
        } else if let whole = Int64(exactly: value) {
            SampleValue.integer(whole).write(to: &bytes)
        } else {
            bytes += value.description.utf8
        }
    }

    private static func write(microseconds value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let (seconds, fraction) = value.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        writeDigits(seconds, to: &bytes)
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        var rest = fraction
        var unit: UInt64 = 100_000
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest / unit))
            rest %= unit
            unit /= 10
        }
    }

    private static func writeDigits(_ value: UInt64, to bytes: inout [UInt8]) {
        if value < 10 {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
            return
        }
        let start = bytes.count
        var rest = value
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }
}
