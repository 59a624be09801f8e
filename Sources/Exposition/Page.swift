// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A page in one format, put together from fragments. What can change from one scrape to the next without anything
/// having been polled (`process_*`, the exporter's own HTTP counters) is live and left open; all the rest is fixed bytes
/// that are assembled, and compressed, once.
final class Page: Sendable {
    enum Segment: Sendable {
        case fixed(FixedSegment)
        /// Families whose samples are rendered anew at each scrape.
        case live([MetricFamily])
    }

    let format: ExpositionFormat
    private let segments: [Segment]

    /// - Parameters:
    ///   - families: every family of the catalogue.
    ///   - live: names of the families that are rendered at each scrape.
    ///   - fragments: in the order in which their samples are to be served.
    init(format: ExpositionFormat, families: [MetricFamily], live: Set<String>, fragments: [Fragment]) {
        self.format = format
        let chunks = Self.chunksByFamily(fragments)
        var segments: [Segment] = []
        var fixed: [UInt8] = []
        func closeFixed() {
            if !fixed.isEmpty { segments.append(.fixed(FixedSegment(bytes: fixed))) }
            fixed = []
        }
        for family in Self.sorted(families, format) {
            if live.contains(family.name) {
                closeFixed()
                if case .live(let before)? = segments.last {
                    segments[segments.count - 1] = .live(before + [family])
                } else {
                    segments.append(.live([family]))
                }
            } else if let chunks = chunks[family.name] {
                Self.append(family, chunks, fragments, format, to: &fixed)
            }
        }
        fixed += format.trailer
        closeFixed()
        self.segments = segments
    }

    /// The page's bytes, in pieces, with the live families taken from `live`.
    func pieces(live fragments: [Fragment]) -> [[UInt8]] {
        segments.map { segment in
            switch segment {
            case .fixed(let fixed): fixed.bytes
            case .live(let families): render(families, fragments)
            }
        }
    }

    /// The same compressed: one gzip member, of which only the live parts are compressed now.
    func gzipPieces(live fragments: [Fragment]) -> [[UInt8]] {
        var member = GzipMember()
        for segment in segments {
            switch segment {
            case .fixed(let fixed): member.append(fixed.deflated)
            case .live(let families): member.append(DeflatedBlock(render(families, fragments)))
            }
        }
        return member.finish()
    }

    private func render(_ families: [MetricFamily], _ fragments: [Fragment]) -> [UInt8] {
        let chunks = Self.chunksByFamily(fragments)
        var bytes: [UInt8] = []
        for family in families {
            if let chunks = chunks[family.name] { Self.append(family, chunks, fragments, format, to: &bytes) }
        }
        return bytes
    }

    /// By the name that the format itself uses, so that a reader of either finds families in order.
    private static func sorted(_ families: [MetricFamily], _ format: ExpositionFormat) -> [MetricFamily] {
        families.sorted { format.name(of: $0) < format.name(of: $1) }
    }

    private typealias Chunk = (fragment: Int, range: Range<Int>)

    private static func chunksByFamily(_ fragments: [Fragment]) -> [String: [Chunk]] {
        var chunks: [String: [Chunk]] = [:]
        for (index, fragment) in fragments.enumerated() {
            for section in fragment.sections { chunks[section.family, default: []].append((index, section.range)) }
        }
        return chunks
    }

    private static func append(
        _ family: MetricFamily, _ chunks: [Chunk], _ fragments: [Fragment], _ format: ExpositionFormat,
        to bytes: inout [UInt8]
    ) {
        bytes += format.header(of: family)
        for chunk in chunks { bytes += fragments[chunk.fragment].bytes[chunk.range] }
    }
}

/// Bytes that stay as they are until the page is assembled anew.
final class FixedSegment: Sendable {
    let bytes: [UInt8]
    private let compressed = Mutex<DeflatedBlock?>(nil)

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The bytes compressed; done at the first call, by one caller while others wait for it.
    var deflated: DeflatedBlock {
        compressed.withLock { cached in
            if let cached { return cached }
            let block = DeflatedBlock(bytes)
            cached = block
            return block
        }
    }
}
