// SPDX-License-Identifier: Apache-2.0

/// A stretch of a page that is compressed by itself and stored by itself: as long as its texts are the same, neither is
/// done again.
struct PageUnit {
    /// The serial numbers of its texts.
    typealias Key = [UInt64]

    let key: Key
    /// Its length in bytes.
    let count: Int
    private let texts: [any PageText]

    init(_ texts: [any PageText]) {
        self.texts = texts
        key = texts.map(\.serial)
        count = texts.reduce(0) { $0 + $1.count }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        for text in texts { text.append(to: &bytes) }
    }
}

/// A page that is about to be: its units in their order, between the families that are live.
struct PagePlan {
    enum Segment {
        case fixed([PageUnit])
        /// Indices of live families and what stands above each.
        case live([(index: Int, header: [UInt8])])
    }

    /// Short texts are put together up to this length, because compressing each by itself doubles the page.
    private static let unitBytes = 32 * 1024
    /// Where there are no more groups than this, units run over the borders of groups and families. With more of them a
    /// change must not move the borders of other units.
    private static let fewGroups = 2

    private(set) var segments: [Segment] = []

    init(_ layout: PageLayout, _ groups: [GroupRuns]) {
        var units: [PageUnit] = []
        var texts: [any PageText] = []
        var count = 0
        func closeUnit() {
            if !texts.isEmpty { units.append(PageUnit(texts)) }
            texts = []
            count = 0
        }
        func add(_ text: some PageText) {
            texts.append(text)
            count += text.count
        }
        func closeFixed(_ segments: inout [Segment]) {
            closeUnit()
            if !units.isEmpty { segments.append(.fixed(units)) }
            units = []
        }
        let keepsBorders = groups.count > Self.fewGroups
        for entry in layout.entries {
            if entry.isLive {
                closeFixed(&segments)
                let live = (entry.index, entry.header.bytes)
                if case .live(let before)? = segments.last {
                    segments[segments.count - 1] = .live(before + [live])
                } else {
                    segments.append(.live([live]))
                }
                continue
            }
            let runs = groups.compactMap { $0.byFamily[entry.index] }
            guard !runs.isEmpty else { continue }
            add(entry.header)
            for run in runs {
                add(run)
                if keepsBorders || count >= Self.unitBytes { closeUnit() }
            }
        }
        if layout.trailer.count > 0 { add(layout.trailer) }
        closeFixed(&segments)
    }

    /// Everything but live families.
    var bytes: [UInt8] {
        let units = segments.flatMap { segment -> [PageUnit] in
            if case .fixed(let units) = segment { units } else { [] }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.reduce(0) { $0 + $1.count })
        for unit in units { unit.append(to: &bytes) }
        return bytes
    }
}
