// SPDX-License-Identifier: Apache-2.0

/// The families of a format in the order in which it serves them, with what stands above each.
struct PageLayout {
    struct Entry {
        /// The family's index in the catalogue.
        let index: Int
        let header: HeaderText
        let isLive: Bool
    }

    let entries: [Entry]
    let trailer: HeaderText

    /// - Parameter live: names of the families that are rendered at each scrape.
    init(_ format: ExpositionFormat, families: [MetricFamily], live: Set<String>, serials: inout Serials) {
        // By the name that the format itself uses, so that a reader of either finds families in order.
        let sorted = families.enumerated().sorted { format.name(of: $0.element) < format.name(of: $1.element) }
        var entries: [Entry] = []
        for (index, family) in sorted {
            let header = HeaderText(serial: serials.next(), bytes: format.header(of: family))
            entries.append(Entry(index: index, header: header, isLive: live.contains(family.name)))
        }
        self.entries = entries
        trailer = HeaderText(serial: serials.next(), bytes: format.trailer)
    }

    /// The indices of the families by their names.
    static func indices(of families: [MetricFamily]) -> [String: Int] {
        Dictionary(families.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}
