// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Serves pages and keeps them: while nothing has changed, a scrape renders and compresses nothing but the live families.
/// Of many scrapes that find a stale page one puts it together and the others take the result, hence the actor.
public actor PageCache {
    struct Kind: Hashable {
        var format: ExpositionFormat
        var gzip: Bool
        var selection = PageSelection()
    }

    /// A page that is not asked for while this many others are made is dropped.
    private static let forgottenAfter = 100
    /// Shorter selected pages are not kept: their slow readers hold little memory.
    private static let sharedBytes = 64 * 1024
    /// The maximum number of selected pages that are kept.
    private static let maximumSelected = 4

    private let catalogue: Catalogue
    private let source: any PageSource
    nonisolated let pages = Mutex<[Kind: Page]>([:])
    nonisolated let selected = Mutex<[Kind: (version: UInt64, pieces: [[UInt8]])]>([:])
    private let deflater = Deflater()
    private var made = 0
    private var madeAs: [Kind: Int] = [:]

    /// A cache of pages with the families of `catalogue`, filled from `source`.
    public init(catalogue: Catalogue, source: any PageSource) {
        self.catalogue = catalogue
        self.source = source
    }

    /// The page as it is now, in pieces to be sent one after the other.
    public nonisolated func page(_ format: ExpositionFormat, gzip: Bool) async -> [[UInt8]] {
        let kind = Kind(format: format, gzip: gzip)
        if let page = pages.withLock({ $0[kind] }), page.version == source.version {
            return page.pieces(live: source.liveFragments())
        }
        // Not on the thread that asks, which has other connections to serve.
        let page = await withTaskExecutorPreference(globalConcurrentExecutor) { await current(kind) }
        return page.pieces(live: source.liveFragments())
    }

    private func current(_ kind: Kind) -> Page {
        // Read before the fragments: what changes in between makes the next scrape put the page together again.
        let version = source.version
        let page =
            pages.withLock { $0[kind] }
            ?? Page(PageLayout(kind.format, catalogue.families, live: source.liveFamilies), gzip: kind.gzip)
        guard page.version != version else { return page }
        dropSelected(notOf: version)
        page.update(to: version, source.fragments(), deflater)
        made += 1
        madeAs[kind] = made
        madeAs = madeAs.filter { made - $0.value <= Self.forgottenAfter }
        pages.withLock { pages in
            pages[kind] = page
            pages = pages.filter { madeAs[$0.key] != nil }
        }
        return page
    }

    /// The page of `selection` alone, without what is said of sources and of the exporter; nil where it names an unknown
    /// source or workspace. The last few long ones are kept while nothing changes, so that slow readers share their bytes.
    public nonisolated func page(
        _ format: ExpositionFormat, gzip: Bool, selecting selection: PageSelection
    ) -> [[UInt8]]? {
        let kind = Kind(format: format, gzip: gzip, selection: selection)
        let version = source.version
        dropSelected(notOf: version)
        if let known = selected.withLock({ $0[kind] }) { return known.pieces }
        guard let fragments = source.fragments(of: selection) else { return nil }
        var pieces = [catalogue.render(format, fragments: fragments)]
        if gzip { pieces = Block.gzipMember(of: [Block(compressing: pieces.map { $0[...] }, by: Deflater())]) }
        guard pieces.reduce(0, { $0 + $1.count }) >= Self.sharedBytes else { return pieces }
        selected.withLock { selected in
            if selected.count >= Self.maximumSelected { selected = [:] }
            selected[kind] = (version, pieces)
        }
        return pieces
    }

    private nonisolated func dropSelected(notOf version: UInt64) {
        selected.withLock { selected in selected = selected.filter { $0.value.version == version } }
    }
}
