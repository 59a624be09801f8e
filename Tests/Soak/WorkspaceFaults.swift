// SPDX-License-Identifier: Apache-2.0
import Simulator

/// Random faults of single workspaces.
enum WorkspaceFaults {
    /// Returns a page shorter than requested, or a `total` that is missing or counts a page. A short page with a
    /// matching `total` cannot be distinguished from a short list.
    static func cutPages(_ random: inout SoakRandom) -> [Fault] {
        let cap = Fault.capPages(random.pick([1, 5, 10, 19]))
        return random.pick([[cap], [.totalOfPage], [.omitTotal], [.omitTotal, cap]])
    }

    /// Returns any fault except those of a whole source.
    static func fault(_ random: inout SoakRandom) -> Fault {
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        switch random.number(0...26) {
        case 0: return .status(400, body: text(#"{"error_code":"common.01000001","error_msg":"no"}"#))
        case 1: return .status(403, body: text(#"{"error_code":403,"error_msg":"no"}"#))
        case 2: return .status(400, body: text(#"{"error_code":"dataartsfabric.00010003","error_msg":"gone"}"#))
        case 3: return .status(random.pick([500, 502, 503]), body: text("<html>busy</html>"))
        case 4: return .status(random.pick([408, 504]), body: [])
        case 5: return .html200
        case 6: return .redirect(to: "http://127.0.0.1:1/")
        case 7: return .rawBody(text(#"{"total":2,"endpoints":[{"id":"a"},"#))
        case 8: return .rawBody(random.pick([[], [0x7B, 0x22, 0xFF], text("[]"), text("null"), text("{}")]))
        case 9: return .gzip([0x1F, 0x8B, 0x08, 0x00, 0x01, 0x02, 0x03])
        case 10: return .flood(prefix: text(#"{"total":1,"endpoints":[{"id":""#), filler: 0x61, contentLength: nil)
        case 11: return .flood(prefix: text("["), filler: 0x5B, contentLength: 4 << 30)
        case 12: return .gzipBomb(inflatedBytes: 2 << 30)
        case 13: return .hang
        case 14, 15: return .reset
        case 16: return .cutShort(afterBytes: random.number(0...400))
        case 17: return .trickle(bytesPer: random.number(1...200), interval: .milliseconds(random.number(5...200)))
        case 18, 19, 20: return .delay(.milliseconds(random.number(20...1_200)))
        // Not 20, the page size: a total that is wrong by whole pages cannot be detected.
        case 21: return .totalLies(random.pick([0, 1, 19, 21, 22, 100, -1, 1_000_000_000]))
        case 22: return .endlessList
        case 23: return .ignoreLimit
        case 24:
            let count = random.number(0...3)
            return .unavailable(retryAfter: random.chance(50) ? .seconds(count) : .date(secondsFromNow: count))
        default: return .shiftBetweenPages
        }
    }

    /// Returns the number of requests that fail; nil: all.
    static func repetition(_ random: inout SoakRandom) -> Int? {
        random.chance(60) ? random.number(1...6) : nil
    }
}
