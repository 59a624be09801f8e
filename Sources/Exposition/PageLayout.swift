// SPDX-License-Identifier: Apache-2.0

/// The families of a format in the order in which it serves them.
struct PageLayout: Sendable {
    /// The text of a block, where it lies; of a live family none: its lines are taken at each scrape.
    typealias BlockText = (place: Int, lines: [ArraySlice<UInt8>])

    /// This many fragments make blocks of their own where there are many: 64 workspaces with a list and its health. A poll
    /// then changes only the blocks of its workspace's neighbors.
    private static let fragmentsPerPart = 192
    /// With at most this many parts, blocks run over the borders of parts and families. With more, a change must not move
    /// the borders of other blocks.
    private static let fewParts = 2
    /// Short texts are joined up to this length, because compressing each by itself doubles the page.
    private static let joinedBytes = 32 * 1024

    private let headers: [ArraySlice<UInt8>]
    private let trailer: ArraySlice<UInt8>
    /// Indices into ``headers`` by the name of the family.
    private let indices: [String: Int]
    private let live: Set<Int>

    /// - Parameter live: names of the families whose lines are taken at each scrape.
    init(_ format: ExpositionFormat, _ families: [MetricFamily], live: Set<String> = []) {
        // By the name that the format itself uses, so that a reader of either finds families in order.
        let sorted = families.sorted { format.name(of: $0) < format.name(of: $1) }
        headers = sorted.map { format.header(of: $0)[...] }
        trailer = format.trailer[...]
        let indices = Dictionary(
            sorted.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.indices = indices
        self.live = Set(live.compactMap { indices[$0] })
    }

    /// Whether the block at `place` is a live family.
    func isLive(_ place: Int) -> Bool { live.contains(place >> 32) }

    /// The texts of a page's blocks, in order.
    /// - Parameter joined: whether all between two live families is one block.
    func texts(of fragments: [Fragment], joined: Bool = false) -> [BlockText] {
        let parts = max(1, (fragments.count + Self.fragmentsPerPart - 1) / Self.fragmentsPerPart)
        let lines = lines(of: fragments, parts: parts)
        let longEnough = joined ? Int.max : parts > Self.fewParts ? 0 : Self.joinedBytes
        var texts: [BlockText] = []
        var text: BlockText = (0, [])
        var count = 0
        func close() {
            if !text.lines.isEmpty { texts.append(text) }
            text.lines = []
            count = 0
        }
        for (family, header) in headers.enumerated() {
            if live.contains(family) {
                close()
                texts.append((Self.place(family, 0), []))
                continue
            }
            var isFirst = true
            for part in 0..<parts {
                let lines = lines[family * parts + part]
                if lines.isEmpty { continue }
                if text.lines.isEmpty { text.place = Self.place(family, part) }
                if isFirst { text.lines.append(header) }
                isFirst = false
                text.lines += lines
                count += lines.reduce(0) { $0 + $1.count }
                if count >= longEnough { close() }
            }
        }
        if !trailer.isEmpty {
            if text.lines.isEmpty { text.place = Self.place(headers.count, 0) }
            text.lines.append(trailer)
        }
        close()
        return texts
    }

    /// The texts of the live families, by their places.
    func liveTexts(of fragments: [Fragment]) -> [Int: [ArraySlice<UInt8>]] {
        let lines = lines(of: fragments, parts: 1)
        var texts: [Int: [ArraySlice<UInt8>]] = [:]
        for family in live where !lines[family].isEmpty {
            texts[Self.place(family, 0)] = [headers[family]] + lines[family]
        }
        return texts
    }

    /// Where each family's lines in each part of the fragments lie, by family, then part.
    private func lines(of fragments: [Fragment], parts: Int) -> [[ArraySlice<UInt8>]] {
        var lines: [[ArraySlice<UInt8>]] = Array(repeating: [], count: headers.count * parts)
        for (number, fragment) in fragments.enumerated() {
            let part = min(number / Self.fragmentsPerPart, parts - 1)
            for section in fragment.sections {
                guard let family = indices[section.family] else { continue }
                lines[family * parts + part].append(fragment.bytes[section.range])
            }
        }
        return lines
    }

    private static func place(_ family: Int, _ part: Int) -> Int { family << 32 | part }
}

extension Catalogue {
    /// A whole page of `fragments`, in chunks of some 64 KiB: a page of hundreds of megabytes is never in one piece.
    public func chunks(_ format: ExpositionFormat, fragments: [Fragment]) -> some Sequence<[UInt8]> {
        let lines = PageLayout(format, families).texts(of: fragments, joined: true).flatMap(\.lines)
        return sequence(state: lines[...]) { rest in
            var chunk: [UInt8] = []
            while chunk.count < 64 * 1024, let line = rest.popFirst() { chunk += line }
            return chunk.isEmpty ? nil : chunk
        }
    }

    /// The same in one piece.
    public func render(_ format: ExpositionFormat, fragments: [Fragment]) -> [UInt8] {
        chunks(format, fragments: fragments).reduce(into: []) { $0 += $1 }
    }
}
