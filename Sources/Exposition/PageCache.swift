// SPDX-License-Identifier: Apache-2.0

/// Where a page's fragments come from. Nothing here waits: a scrape takes what is there.
public protocol FragmentSource: Sendable {
    /// A number that changes whenever ``fragments()`` would give something else.
    var version: UInt64 { get }
    /// What is fixed until the version changes, in the order in which it is to be served.
    func fragments() -> [Fragment]
    /// The series of the workspaces that `selection` names, in the order in which they are to be served; nil where a source
    /// or workspace of it is unknown.
    func fragments(of selection: PageSelection) -> [Fragment]?
    /// What is rendered at each scrape.
    func liveFragments() -> [Fragment]
    /// Names of the families that ``liveFragments()`` gives.
    var liveFamilies: Set<String> { get }
}

/// Serves pages and keeps them: while nothing has changed, a scrape copies and renders nothing but the live families.
/// An actor, so that of many scrapes that find a stale page one assembles it and the others take the result.
public actor PageCache {
    private let families: [MetricFamily]
    private let source: any FragmentSource
    private var pages: [ExpositionFormat: (version: UInt64, page: Page)] = [:]

    /// A cache of pages with the families of `catalogue`, filled from `source`.
    public init(catalogue: Catalogue, source: any FragmentSource) {
        families = catalogue.families
        self.source = source
    }

    /// The page as it is now, in pieces to be sent one after the other.
    public func page(_ format: ExpositionFormat, gzip: Bool) -> [[UInt8]] {
        let page = current(format)
        let live = source.liveFragments()
        return gzip ? page.gzipPieces(live: live) : page.pieces(live: live)
    }

    /// The page of `selection` alone, without what is said of sources and of the exporter; nil where it names an unknown
    /// source or workspace. Assembled anew each time: it is small beside the whole.
    public nonisolated func page(
        _ format: ExpositionFormat, gzip: Bool, selecting selection: PageSelection
    ) -> [[UInt8]]? {
        guard let fragments = source.fragments(of: selection) else { return nil }
        let page = Page(format: format, families: families, live: [], fragments: fragments)
        return gzip ? page.gzipPieces(live: []) : page.pieces(live: [])
    }

    private func current(_ format: ExpositionFormat) -> Page {
        // Read before the fragments: what changes in between makes the next scrape assemble again.
        let version = source.version
        if let cached = pages[format], cached.version == version { return cached.page }
        let page = Page(
            format: format, families: families, live: source.liveFamilies, fragments: source.fragments())
        pages[format] = (version, page)
        return page
    }
}

extension Catalogue {
    /// A whole page of `fragments` at once, for output that is written rather than served.
    public func render(_ format: ExpositionFormat, fragments: [Fragment]) -> [UInt8] {
        let pieces = Page(format: format, families: families, live: [], fragments: fragments).pieces(live: [])
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
        for piece in pieces { bytes += piece }
        return bytes
    }
}
