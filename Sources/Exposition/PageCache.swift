// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Where a page's fragments come from. Nothing here waits: a scrape takes what is there.
public protocol FragmentSource: Sendable {
    /// A number that changes whenever ``groups()`` would give something else.
    var version: UInt64 { get }
    /// What is fixed until the version changes, in the order in which it is to be served. A group that is the same object
    /// as before, in the same place, is not looked at again.
    func groups() -> [FragmentGroup]
    /// The series of the workspaces that `selection` names, in the order in which they are to be served; nil where a source
    /// or workspace of it is unknown.
    func fragments(of selection: PageSelection) -> [Fragment]?
    /// What is rendered at each scrape.
    func liveFragments() -> [Fragment]
    /// Names of the families that ``liveFragments()`` gives.
    var liveFamilies: Set<String> { get }
}

/// Serves pages and keeps them: while nothing has changed, a scrape copies and renders nothing but the live families.
/// Of many scrapes that find a stale page one puts it together and the others take the result.
public final class PageCache: Sendable {
    struct Kind: Hashable {
        var format: ExpositionFormat
        var gzip: Bool
    }

    private let families: [MetricFamily]
    private let indices: [String: Int]
    private let source: any FragmentSource
    private let workshop: PageWorkshop
    private let pages = Mutex<[Kind: Page]>([:])

    /// A cache of pages with the families of `catalogue`, filled from `source`.
    public init(catalogue: Catalogue, source: any FragmentSource) {
        families = catalogue.families
        indices = PageLayout.indices(of: families)
        self.source = source
        workshop = PageWorkshop(families: families, source: source)
    }

    /// The page as it is now, in pieces to be sent one after the other.
    public func page(_ format: ExpositionFormat, gzip: Bool) async -> [PagePiece] {
        let kind = Kind(format: format, gzip: gzip)
        let version = source.version
        var page = pages.withLock { $0[kind] }
        if page?.version != version {
            // Not on the thread that asks, which has other connections to serve.
            let fresh = await withTaskExecutorPreference(globalConcurrentExecutor) { await workshop.pages(with: kind) }
            pages.withLock { $0 = fresh }
            page = fresh[kind]
        }
        return page?.pieces(live: LiveTexts(source.liveFragments(), indices: indices)) ?? []
    }

    /// The page of `selection` alone, without what is said of sources and of the exporter; nil where it names an unknown
    /// source or workspace. Put together anew each time: it is small beside the whole.
    public func page(_ format: ExpositionFormat, gzip: Bool, selecting selection: PageSelection) -> [PagePiece]? {
        guard let fragments = source.fragments(of: selection) else { return nil }
        let bytes = Self.render(format, families, fragments)
        guard gzip else { return [.bytes(bytes)] }
        var member = GzipMember()
        member.append(DeflatedBlock(bytes, Deflater()))
        return member.finish()
    }

    fileprivate static func render(
        _ format: ExpositionFormat, _ families: [MetricFamily], _ fragments: [Fragment]
    ) -> [UInt8] {
        var serials = Serials()
        let layout = PageLayout(format, families: families, live: [], serials: &serials)
        let runs = GroupRuns(
            FragmentGroup(fragments), indices: PageLayout.indices(of: families), previous: nil, serials: &serials)
        return PagePlan(layout, [runs]).bytes
    }
}

extension Catalogue {
    /// A whole page of `fragments` at once, for output that is written rather than served.
    public func render(_ format: ExpositionFormat, fragments: [Fragment]) -> [UInt8] {
        PageCache.render(format, families, fragments)
    }
}
