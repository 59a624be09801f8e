// SPDX-License-Identifier: Apache-2.0

/// Puts pages together, from what it made before where that has not changed. An actor, so that it does each once.
actor PageWorkshop {
    private let families: [MetricFamily]
    private let indices: [String: Int]
    private let source: any FragmentSource
    private let deflater = Deflater()
    private var serials = Serials()
    private var layouts: [ExpositionFormat: PageLayout] = [:]
    private var runs: [GroupRuns] = []
    /// The plans for one version; older ones would keep its fragments.
    private var plans: (version: UInt64, byFormat: [ExpositionFormat: PagePlan]) = (0, [:])
    private var live: [ExpositionFormat: [LiveSegment]] = [:]
    private var units: [PageCache.Kind: UnitStore] = [:]
    private var pages: [PageCache.Kind: Page] = [:]
    private var madeAs: [PageCache.Kind: Int] = [:]
    private var made = 0

    /// A page that nobody has asked for while so many others were made is forgotten: somebody looked once.
    private static let forgottenAfter = 100

    init(families: [MetricFamily], source: any FragmentSource) {
        self.families = families
        indices = PageLayout.indices(of: families)
        self.source = source
    }

    /// The pages that are kept, with the one of `kind` as it is now.
    func pages(with kind: PageCache.Kind) -> [PageCache.Kind: Page] {
        // Read before the groups: what changes in between makes the next scrape put it together again.
        let version = source.version
        guard pages[kind]?.version != version else { return pages }
        for (other, number) in madeAs where made - number > Self.forgottenAfter {
            pages[other] = nil
            units[other] = nil
            madeAs[other] = nil
        }
        made += 1
        madeAs[kind] = made
        pages[kind] = page(kind, version)
        return pages
    }

    private func page(_ kind: PageCache.Kind, _ version: UInt64) -> Page {
        let plan = plan(of: kind.format, version)
        let fixed = plan.segments.compactMap { segment -> [PageUnit]? in
            if case .fixed(let units) = segment { units } else { nil }
        }
        var ready: [Page.Segment] =
            kind.gzip
            ? units[kind, default: UnitStore()].deflate(fixed, deflater).map { .deflated($0.block, $0.bytes) }
            : units[kind, default: UnitStore()].lay(fixed).map { .plain($0) }
        ready.reverse()
        var live = liveSegments(of: plan, kind.format)
        live.reverse()
        let segments = plan.segments.compactMap { segment -> Page.Segment? in
            switch segment {
            case .fixed: ready.popLast()
            case .live: live.popLast().map { .live($0) }
            }
        }
        return Page(version: version, gzip: kind.gzip, segments: segments)
    }

    private func plan(of format: ExpositionFormat, _ version: UInt64) -> PagePlan {
        if plans.version != version { plans = (version, [:]) }
        if let plan = plans.byFormat[format] { return plan }
        let layout =
            layouts[format]
            ?? PageLayout(format, families: families, live: source.liveFamilies, serials: &serials)
        layouts[format] = layout
        let groups = source.groups()
        runs = groups.enumerated().map { position, group in
            let before = position < runs.count ? runs[position] : nil
            if let before, before.group === group { return before }
            return GroupRuns(group, indices: indices, previous: before, serials: &serials)
        }
        let plan = PagePlan(layout, runs)
        plans.byFormat[format] = plan
        return plan
    }

    /// Kept from page to page, with what they remember of the last scrape. Their number may change with the families
    /// between them; then they are made anew.
    private func liveSegments(of plan: PagePlan, _ format: ExpositionFormat) -> [LiveSegment] {
        let families = plan.segments.compactMap { segment -> [(index: Int, header: [UInt8])]? in
            if case .live(let families) = segment { families } else { nil }
        }
        if let known = live[format], known.map(\.indices) == families.map({ $0.map(\.index) }) { return known }
        let made = families.map { LiveSegment($0) }
        live[format] = made
        return made
    }
}
