// SPDX-License-Identifier: Apache-2.0

/// A table. Where the screen is narrow each row becomes a block with its columns' titles beside the cells.
struct PageTable {
    struct Column {
        enum Kind: String {
            case plain = ""
            /// Names the row.
            case header
            case number
            /// A short text that is not to be broken.
            case when
            /// Any text, however long.
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
    /// Each with as many cells as there are columns.
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
        // Reachable by keyboard, because it scrolls sideways by itself where it is too wide.
        return """
            <div class="scroll" role="region" aria-label="\(caption)" tabindex="0"><table><caption>\(caption)</caption>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody></table></div>

            """
    }
}
