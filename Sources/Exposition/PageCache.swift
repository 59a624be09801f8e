// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Caches rendered pages: while nothing changes, a scrape renders and compresses only the live families. An actor, so
/// that of many scrapes that find an outdated page one renders it and the others use the result.
public actor PageCache {
    struct Variant: Hashable {
        var format: ExpositionFormat
        var gzip: Bool
        var selection = PageSelection()
    }

    /// The number of updates of other pages after which a page that no client requested is dropped.
    private static let maximumIdleUpdates = 100
    /// The length from which a selected page is cached: slow readers of shorter pages hold little memory.
    private static let minimumCachedBytes = 64 * 1024
    /// The maximum number of selected pages that are cached.
    private static let maximumSelected = 4

    private let registry: MetricRegistry
    private let source: any PageSource
    nonisolated let pages = Mutex<[Variant: Page]>([:])
    nonisolated let selected = Mutex<[Variant: (version: UInt64, pieces: [[UInt8]])]>([:])
    private let deflater = Deflater()
    private var updates = 0
    /// The number of the last update of each page.
    private var lastUpdates: [Variant: Int] = [:]

    /// Creates a cache of pages with the families of `registry` and the fragments of `source`.
    public init(registry: MetricRegistry, source: any PageSource) {
        self.registry = registry
        self.source = source
    }

    /// Returns the current page, in pieces to send in order.
    public nonisolated func page(_ format: ExpositionFormat, gzip: Bool) async -> [[UInt8]] {
        let variant = Variant(format: format, gzip: gzip)
        if let page = pages.withLock({ $0[variant] }), page.version == source.version {
            return page.pieces(live: source.liveFragments())
        }
        // Not on the caller's thread, which has other connections to serve.
        let page = await withTaskExecutorPreference(globalConcurrentExecutor) { await current(variant) }
        return page.pieces(live: source.liveFragments())
    }

    private func current(_ variant: Variant) -> Page {
        // Read before the fragments: a change in between makes the next scrape render the page again.
        let version = source.version
        let page =
            pages.withLock { $0[variant] }
            ?? Page(PageLayout(variant.format, registry.families, live: source.liveFamilies), gzip: variant.gzip)
        guard page.version != version else { return page }
        dropSelected(notOf: version)
        page.update(to: version, source.fragments(), deflater)
        updates += 1
        lastUpdates[variant] = updates
        lastUpdates = lastUpdates.filter { updates - $0.value <= Self.maximumIdleUpdates }
        pages.withLock { pages in
            pages[variant] = page
            pages = pages.filter { lastUpdates[$0.key] != nil }
        }
        return page
    }

    /// Returns a page with only the workspaces of `selection`, without the families of sources and of the exporter; nil
    /// if `selection` names an unknown source or workspace. The last few long pages are cached while nothing changes,
    /// so that slow readers share their bytes.
    public nonisolated func page(
        _ format: ExpositionFormat, gzip: Bool, selecting selection: PageSelection
    ) -> [[UInt8]]? {
        let variant = Variant(format: format, gzip: gzip, selection: selection)
        let version = source.version
        dropSelected(notOf: version)
        if let known = selected.withLock({ $0[variant] }) { return known.pieces }
        guard let fragments = source.fragments(of: selection) else { return nil }
        var pieces = [registry.render(format, fragments: fragments)]
        if gzip { pieces = Block.gzipMember(of: [Block(compressing: pieces.map { $0[...] }, by: Deflater())]) }
        guard pieces.reduce(0, { $0 + $1.count }) >= Self.minimumCachedBytes else { return pieces }
        selected.withLock { selected in
            if selected.count >= Self.maximumSelected { selected = [:] }
            selected[variant] = (version, pieces)
        }
        return pieces
    }

    private nonisolated func dropSelected(notOf version: UInt64) {
        selected.withLock { selected in selected = selected.filter { $0.value.version == version } }
    }
}
