// SPDX-License-Identifier: Apache-2.0

/// A part of a page that is written rather than served.
public enum PagePart: Sendable {
    /// Samples that have been rendered.
    case fragment(Fragment)
    /// Samples that are rendered when the page comes to their family.
    case subject(any RenderedSubject)
}

extension Catalogue {
    /// Bytes that are handed over at once; a page may be many times as large as all that it is made of.
    private static let blockSize = 1 << 17

    /// Writes a whole page, family by family.
    /// - Parameters:
    ///   - parts: in the order in which their samples are to stand.
    ///   - output: takes the page's next bytes, which are gone when it returns.
    public func write<Failure: Error>(
        _ format: ExpositionFormat, _ parts: [PagePart], to output: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        var lines = SampleLines()
        func flush(beyond size: Int) throws(Failure) {
            guard lines.count > size else { return }
            try output(UnsafeRawBufferPointer(lines.bytes))
            lines.truncate(to: 0)
        }
        let families = families.sorted { format.name(of: $0) < format.name(of: $1) }
        var rest = Self.sections(of: parts, in: families)
        for (place, family) in families.enumerated() {
            let begin = lines.count
            format.header(of: family).withUnsafeBufferPointer { lines.append($0) }
            let header = lines.count - begin
            var isEmpty = true
            for (index, part) in parts.enumerated() {
                let before = lines.count
                switch part {
                case .fragment(let fragment):
                    while let next = rest[index].last, next.place == place {
                        fragment.write(next.range, to: &lines)
                        rest[index].removeLast()
                    }
                case .subject(let subject): subject.write(family, to: &lines)
                }
                if lines.count == before { continue }
                isEmpty = false
                try flush(beyond: Self.blockSize)
            }
            // A family without samples leaves no trace; nothing was handed over since its header.
            if isEmpty { lines.truncate(to: lines.count - header) }
        }
        format.trailer.withUnsafeBufferPointer { lines.append($0) }
        try flush(beyond: 0)
    }

    /// The sections of each part that is a fragment, by the place of their family, the first one last: looking for each
    /// family in each fragment would take longer than writing it.
    private static func sections(
        of parts: [PagePart], in families: [MetricFamily]
    ) -> [[(place: Int, range: Range<Int>)]] {
        let places = Dictionary(
            families.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        return parts.map { part in
            guard case .fragment(let fragment) = part else { return [] }
            return fragment.sections.compactMap { section in places[section.family].map { ($0, section.range) } }
                .sorted { ($0.0, $0.1.lowerBound) > ($1.0, $1.1.lowerBound) }
        }
    }
}

extension Fragment {
    fileprivate func write(_ section: Range<Int>, to lines: inout SampleLines) {
        bytes.withUnsafeBufferPointer { lines.append(UnsafeBufferPointer(rebasing: $0[section])) }
    }
}
