// SPDX-License-Identifier: Apache-2.0

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

        var title: String
        var kind: Kind

        init(_ title: String, _ kind: Kind = .plain) {
            self.title = title
            self.kind = kind
        }
    }

    var caption: String
    var columns: [Column]
    /// The rows, each with one cell per column.
    var rows: [[HTML]] = []

    init(_ caption: String, _ columns: [Column]) {
        self.caption = caption
        self.columns = columns
    }

    var html: HTML {
        let heads: [HTML] = columns.map { #"<th scope="col" class="\#($0.kind.rawValue)">\#($0.title)</th>"# }
        let lines: [HTML] = rows.map { cells in
            let line: [HTML] = zip(columns, cells).map { column, cell in
                column.kind == .header
                    ? #"<th scope="row">\#(cell)</th>"#
                    : #"<td class="\#(column.kind.rawValue)" data-title="\#(column.title)">\#(cell)</td>"#
            }
            return "<tr>\(line)</tr>\n"
        }
        // Focusable, because a wide table scrolls horizontally and must be scrollable by keyboard.
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table><caption>\(caption)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody></table></div>

            """
    }
}
