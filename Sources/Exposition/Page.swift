// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A page in one format and one encoding, ready to be sent. What can change from one scrape to the next without anything
/// having been polled (`process_*`, the exporter's own HTTP counters) is live and left open; all the rest was put
/// together, and compressed, when it changed.
final class Page: Sendable {
    enum Segment: Sendable {
        case plain([PagePiece])
        /// What the block says, and where its bytes are.
        case deflated(DeflatedBlock, PagePiece)
        /// Families whose samples are rendered anew at each scrape.
        case live(LiveSegment)
    }

    /// The state that it shows.
    let version: UInt64
    private let segments: [Segment]
    private let gzip: Bool

    init(version: UInt64, gzip: Bool, segments: [Segment]) {
        self.version = version
        self.gzip = gzip
        self.segments = segments
    }

    /// The page in pieces, with the live families taken from `live`. Compressed it is one gzip member.
    func pieces(live: LiveTexts) -> [PagePiece] {
        guard gzip else {
            return segments.flatMap { segment -> [PagePiece] in
                switch segment {
                case .plain(let pieces): pieces
                case .live(let families): [.bytes(families.bytes(live))]
                case .deflated: []
                }
            }
        }
        var member = GzipMember()
        for segment in segments {
            switch segment {
            case .deflated(let block, let piece): member.append(block, in: [piece])
            case .live(let families): for block in families.deflated(live) { member.append(block) }
            case .plain: break
            }
        }
        return member.finish()
    }
}

/// The sample lines of the live families at one scrape.
struct LiveTexts {
    private var lines: [[UInt8]?]

    init(_ fragments: [Fragment], indices: [String: Int]) {
        lines = Array(repeating: nil, count: indices.count)
        for fragment in fragments {
            for section in fragment.sections {
                guard let index = indices[section.family] else { continue }
                lines[index, default: []] += fragment.bytes[section.range]
            }
        }
    }

    subscript(index: Int) -> [UInt8]? { lines[index] }
}

extension [[UInt8]?] {
    fileprivate subscript(index: Int, default none: [UInt8]) -> [UInt8] {
        get { self[index] ?? none }
        set { self[index] = newValue }
    }
}

/// Live families that stand side by side. A family that is as it was at the last scrape is not compressed again.
final class LiveSegment: Sendable {
    /// Shorter text is not worth compressing at each scrape.
    private static let storedBytes = 512

    private let families: [(index: Int, header: [UInt8])]
    private let last = Mutex(Last())
    private struct Last {
        var texts: [Int: (bytes: [UInt8], block: DeflatedBlock)] = [:]
        var deflater: Deflater?
    }

    init(_ families: [(index: Int, header: [UInt8])]) { self.families = families }

    /// Its families' indices in the catalogue.
    var indices: [Int] { families.map(\.index) }

    func bytes(_ live: LiveTexts) -> [UInt8] {
        var bytes: [UInt8] = []
        for family in families {
            guard let lines = live[family.index] else { continue }
            bytes += family.header
            bytes += lines
        }
        return bytes
    }

    func deflated(_ live: LiveTexts) -> [DeflatedBlock] {
        var blocks: [DeflatedBlock] = []
        var short: [UInt8] = []
        last.withLock { last in
            for family in families {
                guard let lines = live[family.index] else { continue }
                if lines.count < Self.storedBytes {
                    short += family.header
                    short += lines
                    continue
                }
                if !short.isEmpty { blocks.append(DeflatedBlock(stored: short)) }
                short = []
                if let known = last.texts[family.index], known.bytes == lines {
                    blocks.append(known.block)
                } else {
                    if last.deflater == nil { last.deflater = Deflater() }
                    let block = DeflatedBlock(family.header + lines, last.deflater)
                    last.texts[family.index] = (lines, block)
                    blocks.append(block)
                }
            }
            if !short.isEmpty { blocks.append(DeflatedBlock(stored: short)) }
        }
        return blocks
    }
}
