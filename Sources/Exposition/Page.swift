// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The complete page in one format and encoding: a list of blocks. Families that can change without a poll
/// (`process_*`, the exporter's own counters) are live: their blocks are checked at each scrape, the others only when
/// the source has changed.
final class Page: Sendable {
    /// The length below which a live family is stored uncompressed: compressing it at each scrape costs more than it
    /// saves.
    private static let storedBytes = 512

    private let layout: PageLayout
    private let gzip: Bool
    private let state = Mutex(State())

    private struct State {
        var version: UInt64?
        /// The compressed blocks, for reuse. Live blocks and those of a plain page are only in ``sent``.
        var blocks: [Block] = []
        /// The blocks to send. Neighbors are joined, because joining the checksums of a thousand blocks at each scrape
        /// would take longer than everything else.
        var sent: [Block] = []
        /// Compresses live families: the compressor of the other blocks may be in use.
        var deflater: Deflater?
    }

    init(_ layout: PageLayout, gzip: Bool) {
        self.layout = layout
        self.gzip = gzip
    }

    /// The version of the source that the page shows; nil before the first update.
    var version: UInt64? { state.withLock { $0.version } }

    /// Renders the blocks of `fragments` and reuses those that haven't changed. Calls must not overlap.
    func update(to version: UInt64, _ fragments: [Fragment], _ deflater: Deflater?) {
        var known = state.withLock { $0.blocks }[...]
        var blocks: [Block] = []
        var sent: [Block] = []
        for text in layout.texts(of: fragments, joined: !gzip) {
            if layout.isLive(text.position) {
                sent.append(Block(at: text.position))
            } else if gzip {
                while let first = known.first, first.position < text.position { known.removeFirst() }
                let before = known.first.flatMap { $0.position == text.position ? $0 : nil }
                let block = Block(compressing: text.lines, at: text.position, by: deflater, unlessSameAs: before)
                blocks.append(block)
                if sent.last.map({ layout.isLive($0.position) }) != false { sent.append(Block(at: text.position)) }
                sent[sent.count - 1].append(block)
            } else {
                sent.append(Block(plain: text.lines, at: text.position))
            }
        }
        state.withLock { state in
            let live = state.sent.filter { layout.isLive($0.position) }
            state.version = version
            state.blocks = blocks
            state.sent = sent.map { block in live.first { $0.position == block.position } ?? block }
        }
    }

    /// Returns the page with the live families of `fragments`, in pieces to send in order. A compressed page is one
    /// gzip member. A live family whose text is unchanged is not compressed again.
    func pieces(live fragments: [Fragment]) -> [[UInt8]] {
        let texts = layout.liveTexts(of: fragments)
        let blocks = state.withLock { state in
            for index in state.sent.indices where layout.isLive(state.sent[index].position) {
                let before = state.sent[index]
                let text = texts[before.position] ?? []
                if !gzip {
                    state.sent[index] = Block(plain: text, at: before.position)
                    continue
                }
                let isShort = text.reduce(0) { $0 + $1.count } < Self.storedBytes
                if !isShort, state.deflater == nil { state.deflater = Deflater() }
                state.sent[index] = Block(
                    compressing: text, at: before.position, by: isShort ? nil : state.deflater, unlessSameAs: before)
            }
            return state.sent
        }
        return gzip ? Block.gzipMember(of: blocks) : blocks.map(\.bytes)
    }
}
