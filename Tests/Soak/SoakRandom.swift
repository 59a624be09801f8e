// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: a seed always gives the same sequence.
struct SoakRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    /// Returns true with this probability in percent.
    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    /// Returns one of `choices`, which must not be empty.
    mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[number(0...choices.count - 1)] }

    /// Returns a string of hexadecimal digits.
    mutating func hex(_ digits: Int) -> String {
        var text = ""
        while text.count < digits { text += String(next() | 1 << 63, radix: 16).dropFirst() }
        return String(text.prefix(digits))
    }

    /// Returns a workspace ID.
    mutating func uuid() -> String { [8, 4, 4, 4, 12].map { hex($0) }.joined(separator: "-") }
}
