// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A table. On narrow screens each row becomes a block, with column titles next to the cells.
struct PageTable {
    struct Column {
        enum Kind: String {
            case plain = ""
            /// The header of the row.
            case header
            case number
            /// Short text without line breaks.
            case when
            /// Text of any length.
            case text
        }

        var title: Phrase
        var kind: Kind
        /// The URL of the list in the order of this column; nil if it cannot be sorted by it.
        var link: String?
        /// The value of `aria-sort`, if the list is in the order of this column.
        var order: String?

        init(_ title: Phrase, _ kind: Kind = .plain, link: String? = nil, order: String? = nil) {
            self.title = title
            self.kind = kind
            self.link = link
            self.order = order
        }
    }

    let language: Language
    let caption: Phrase
    var columns: [Column]
    /// The rows, each with one cell per column.
    var rows: [[HTML]] = []

    init(_ caption: Phrase, _ columns: [Column], in language: Language) {
        self.language = language
        self.caption = caption
        self.columns = columns
    }

    var html: HTML {
        let heads: [HTML] = columns.map { column in
            let order = column.order.html { #" aria-sort="\#($0)""# }
            let title: HTML =
                column.link.map { #"<a href="\#(echo: $0)">\#(language(column.title))</a>"# }
                ?? "\(language(column.title))"
            return #"<th scope="col" class="\#(column.kind.rawValue)"\#(order)>\#(title)</th>"#
        }
        let lines: [HTML] = rows.map { cells in
            let line: [HTML] = zip(columns, cells).map { column, cell in
                column.kind == .header
                    ? #"<th scope="row">\#(cell)</th>"#
                    : #"<td class="\#(column.kind.rawValue)" data-title="\#(language(column.title))">\#(cell)</td>"#
            }
            return "<tr>\(line)</tr>\n"
        }
        let caption = language(caption)
        // Focusable, because a wide table scrolls horizontally and must be scrollable by keyboard.
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table><caption>\(caption)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody></table></div>

            """
    }
}
