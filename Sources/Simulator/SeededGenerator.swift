// SPDX-License-Identifier: Apache-2.0

/// SplitMix64, a random number generator that gives equal numbers for equal seeds on every machine and Swift version.
struct SeededGenerator: Sendable {
    private var state: UInt64

    /// Creates a generator whose seed is the combination of `parts`.
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

    /// Returns a number in `range`. The slight bias of the remainder does not matter here.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    /// Returns true with a probability of `percent`.
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// Returns one of `choices`, which must not be empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    /// Returns 32 hexadecimal digits, like endpoint ids.
    mutating func hexID() -> String { hex16(next()) + hex16(next()) }

    /// Returns an id that depends only on `number`.
    static func hexID(of number: Int) -> String {
        var generator = SeededGenerator(number)
        return generator.hexID()
    }

    /// Returns a UUID, like workspace ids.
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
