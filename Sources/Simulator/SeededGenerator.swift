// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same numbers from the same seed, on every machine and in every version of the standard library.
struct SeededGenerator: Sendable {
    private var state: UInt64

    /// A generator for one thing out of many: equal parts give equal numbers.
    init(_ parts: Int...) {
        state = 0x9E37_79B9_7F4A_7C15
        for part in parts { state = next() ^ UInt64(bitPattern: Int64(part)) }
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of `range`. The slight bias of the remainder does not matter here.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// True so many times out of a hundred.
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// One of `choices`, which are not empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    /// 32 hexadecimal digits, as ids of endpoints have.
    mutating func hexID() -> String { hex16(next()) + hex16(next()) }

    /// An id that depends on `number` alone.
    static func hexID(of number: Int) -> String {
        var generator = SeededGenerator(number)
        return generator.hexID()
    }

    /// 36 characters, as ids of workspaces have.
    mutating func uuid() -> String {
        let digits = Array(hexID())
        return [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
            .map { String($0) }.joined(separator: "-")
    }

    private func hex16(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
