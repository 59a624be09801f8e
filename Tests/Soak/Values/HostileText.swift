// SPDX-License-Identifier: Apache-2.0

/// Generates unique texts with all special cases of JSON strings.
struct HostileText {
    /// A JSON string and the size of its value in bytes.
    struct Literal {
        var json: [UInt8]
        var length: Int
    }

    var random: SoakRandom
    /// The remaining budget of long texts, in bytes.
    var budget = 0
    private var number: UInt64 = 0

    private static let mebibyte = 1 << 20
    /// Texts that must not break label values, log lines or pages.
    private static let awkward: [String] = [
        "\"", "\\", "\n", "\r\n", "\t", "\u{1}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{2028}", "\u{202e}", "\u{2066}",
        "\u{200b}", "\u{feff}", "{}", "=", ",", "#", "</td>", "é", "漢", "😀", "e\u{301}", "\u{ffff}",
    ]

    init(random: SoakRandom) { self.random = random }

    /// Returns a unique text.
    mutating func next() -> Literal {
        number += 1
        let own = "v\(String(number, radix: 36))"
        switch random.number(0...99) {
        case 0..<70: return literal(own)
        case 70..<80: return literal(own + (0..<random.number(1...20)).map { _ in random.pick(Self.awkward) }.joined())
        // A lone surrogate, which is invalid in UTF-8.
        case 80..<83: return literal(own, ending: #"\ud83d"#)
        case 83..<93: return literal(long(own, around: 256))
        default: return literal(long(own, around: random.chance(10) ? Self.mebibyte : random.number(300...5_000)))
        }
    }

    /// Returns a text of exactly this size, independent of the budget.
    mutating func text(bytes: Int) -> Literal {
        number += 1
        let own = "v\(String(number, radix: 36))-"
        return literal(own + String(repeating: "x", count: max(0, bytes - own.utf8.count)))
    }

    /// Returns a text of about this size, or a short one if the budget is used up. Its unique part comes first or last,
    /// so that truncated texts differ or collide.
    private mutating func long(_ own: String, around size: Int) -> String {
        let size = min(Self.mebibyte - own.utf8.count, size + random.number(-4...4))
        guard size <= budget || size < 300 else { return own }
        if size >= 300 { budget -= size }
        // Multi-byte characters and long grapheme clusters, which a truncation may split.
        let unit = random.pick(["x", "é", "漢", "😀", "\u{301}"])
        let filling = String(repeating: unit, count: max(0, size - own.utf8.count) / unit.utf8.count)
        return random.chance(50) ? own + filling : "e" + filling + own
    }

    private func literal(_ text: String, ending: String = "") -> Literal {
        var json: [UInt8] = [UInt8(ascii: "\"")]
        json.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): json += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: json += Array(#"\u00\#(byte < 16 ? "0" : "")\#(String(byte, radix: 16))"#.utf8)
            default: json.append(byte)
            }
        }
        json += Array(ending.utf8)
        json.append(UInt8(ascii: "\""))
        // A lone surrogate becomes U+FFFD.
        return Literal(json: json, length: text.utf8.count + (ending.isEmpty ? 0 : 3))
    }
}
