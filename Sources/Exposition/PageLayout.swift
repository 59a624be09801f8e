// SPDX-License-Identifier: Apache-2.0

/// The order of the families on a page of one format, and how the page is divided into blocks.
struct PageLayout: Sendable {
    /// The text of a block and its position on the page. A live family has no text: its lines are rendered at each
    /// scrape.
    typealias BlockText = (position: Int, lines: [ArraySlice<UInt8>])

    /// The number of fragments per part of a family: 64 workspaces with their info, a listing and its health. A poll
    /// then changes only the blocks of its workspace's part.
    private static let fragmentsPerPart = 192
    /// The maximum number of parts for which a block may span several parts and families. With more parts, a change
    /// must not move the boundaries of other blocks.
    private static let maximumSpannedParts = 2
    /// The length from which a block is long enough. Shorter texts are joined, because compressing each one alone
    /// doubles the size of the page.
    private static let minimumBlockBytes = 32 * 1024

    private let headers: [ArraySlice<UInt8>]
    private let trailer: ArraySlice<UInt8>
    /// Indices into ``headers`` by family name.
    private let indices: [String: Int]
    private let live: Set<Int>

    /// Creates the layout of a page with `families`.
    /// - Parameter live: the names of the families whose lines are rendered at each scrape.
    init(_ format: ExpositionFormat, _ families: [MetricFamily], live: Set<String> = []) {
        // By the name in this format, so that families are in order in both formats.
        let sorted = families.sorted { format.name(of: $0) < format.name(of: $1) }
        headers = sorted.map { format.header(of: $0)[...] }
        trailer = format.trailer[...]
        let indices = Dictionary(
            sorted.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
        self.indices = indices
        self.live = Set(live.compactMap { indices[$0] })
    }

    /// Whether the block at `position` is a live family.
    func isLive(_ position: Int) -> Bool { live.contains(position >> 32) }

    /// Returns the texts of a page's blocks, in order.
    /// - Parameter joined: whether everything between two live families is one block.
    func texts(of fragments: [Fragment], joined: Bool = false) -> [BlockText] {
        let parts = max(1, (fragments.count + Self.fragmentsPerPart - 1) / Self.fragmentsPerPart)
        let lines = lines(of: fragments, parts: parts)
        let minimumBytes = joined ? Int.max : parts > Self.maximumSpannedParts ? 0 : Self.minimumBlockBytes
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
                texts.append((Self.position(family, 0), []))
                continue
            }
            var isFirst = true
            for part in 0..<parts {
                let lines = lines[family * parts + part]
                if lines.isEmpty { continue }
                if text.lines.isEmpty { text.position = Self.position(family, part) }
                if isFirst { text.lines.append(header) }
                isFirst = false
                text.lines += lines
                count += lines.reduce(0) { $0 + $1.count }
                if count >= minimumBytes { close() }
            }
        }
        if !trailer.isEmpty {
            if text.lines.isEmpty { text.position = Self.position(headers.count, 0) }
            text.lines.append(trailer)
        }
        close()
        return texts
    }

    /// Returns the texts of the live families, by position.
    func liveTexts(of fragments: [Fragment]) -> [Int: [ArraySlice<UInt8>]] {
        let lines = lines(of: fragments, parts: 1)
        var texts: [Int: [ArraySlice<UInt8>]] = [:]
        for family in live where !lines[family].isEmpty {
            texts[Self.position(family, 0)] = [headers[family]] + lines[family]
        }
        return texts
    }

    /// Returns each family's lines in each part of the fragments, ordered by family, then part.
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

    private static func position(_ family: Int, _ part: Int) -> Int { family << 32 | part }
}

extension MetricRegistry {
    /// Returns a complete page of `fragments`, in chunks of about 64 KiB, so that a page of hundreds of megabytes is
    /// never in memory as a whole.
    public func chunks(_ format: ExpositionFormat, fragments: [Fragment]) -> some Sequence<[UInt8]> {
        let lines = PageLayout(format, families).texts(of: fragments, joined: true).lazy.flatMap(\.lines)
        return sequence(state: lines.makeIterator()) { rest in
            var chunk: [UInt8] = []
            while chunk.count < 64 * 1024, let line = rest.next() { chunk += line }
            return chunk.isEmpty ? nil : chunk
        }
    }

    /// Returns a complete page of `fragments` in one piece.
    public func render(_ format: ExpositionFormat, fragments: [Fragment]) -> [UInt8] {
        chunks(format, fragments: fragments).reduce(into: []) { $0 += $1 }
    }
}
