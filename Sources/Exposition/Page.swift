// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The whole page in one format and encoding: a list of blocks. What can change without a poll (`process_*`, the exporter's
/// own counters) is live: its blocks are looked at for each scrape, the others when the source has changed.
final class Page: Sendable {
    /// Shorter text is not worth compressing for each scrape.
    private static let storedBytes = 512

    private let layout: PageLayout
    private let gzip: Bool
    private let state = Mutex(State())

    private struct State {
        var version: UInt64?
        /// The blocks as they were compressed; live ones, and those of a plain page, are among ``sent`` alone.
        var blocks: [Block] = []
        /// What is sent: neighbors are joined, because joining the checksums of a thousand blocks at each scrape would take
        /// longer than everything else.
        var sent: [Block] = []
        /// Compresses live families; that of the other blocks may be in use.
        var deflater: Deflater?
    }

    init(_ layout: PageLayout, gzip: Bool) {
        self.layout = layout
        self.gzip = gzip
    }

    /// The version of the source that it shows; nil before the first.
    var version: UInt64? { state.withLock { $0.version } }

    /// Puts the page together again. Calls must not overlap.
    func update(to version: UInt64, _ fragments: [Fragment], _ deflater: Deflater?) {
        var known = state.withLock { $0.blocks }[...]
        var blocks: [Block] = []
        var sent: [Block] = []
        for text in layout.texts(of: fragments, joined: !gzip) {
            if layout.isLive(text.place) {
                sent.append(Block(at: text.place))
            } else if gzip {
                while let first = known.first, first.place < text.place { known.removeFirst() }
                let before = known.first.flatMap { $0.place == text.place ? $0 : nil }
                let block = Block(compressing: text.lines, at: text.place, by: deflater, unlessSameAs: before)
                blocks.append(block)
                if sent.last.map({ layout.isLive($0.place) }) != false { sent.append(Block(at: text.place)) }
                sent[sent.count - 1].append(block)
            } else {
                sent.append(Block(plain: text.lines, at: text.place))
            }
        }
        state.withLock { state in
            let live = state.sent.filter { layout.isLive($0.place) }
            state.version = version
            state.blocks = blocks
            state.sent = sent.map { block in live.first { $0.place == block.place } ?? block }
        }
    }

    /// The page with the live families of `fragments`, in pieces to be sent one after the other. Compressed it is one gzip
    /// member; a live family whose text is as it was is not compressed again.
    func pieces(live fragments: [Fragment]) -> [[UInt8]] {
        let texts = layout.liveTexts(of: fragments)
        let blocks = state.withLock { state in
            for index in state.sent.indices where layout.isLive(state.sent[index].place) {
                let before = state.sent[index]
                let text = texts[before.place] ?? []
                if !gzip {
                    state.sent[index] = Block(plain: text, at: before.place)
                    continue
                }
                let isShort = text.reduce(0) { $0 + $1.count } < Self.storedBytes
                if !isShort, state.deflater == nil { state.deflater = Deflater() }
                state.sent[index] = Block(
                    compressing: text, at: before.place, by: isShort ? nil : state.deflater, unlessSameAs: before)
            }
            return state.sent
        }
        return gzip ? Block.gzipMember(of: blocks) : blocks.map(\.bytes)
    }
}
