// SPDX-License-Identifier: Apache-2.0

/// A table for a terminal, with aligned columns and further lines under a row.
public struct TerminalTable {
    /// A column.
    public struct Column: Sendable {
        fileprivate let title: String
        fileprivate let isNumber: Bool
        fileprivate let canShrink: Bool

        /// Creates a column of texts that are never truncated.
        public static func text(_ title: String) -> Column { Column(title: title, isNumber: false, canShrink: false) }

        /// Creates a column of texts that are truncated if the table is wider than the terminal.
        public static func shrinking(_ title: String) -> Column {
            Column(title: title, isNumber: false, canShrink: true)
        }

        /// Creates a column of numbers, aligned to the right.
        public static func number(_ title: String) -> Column { Column(title: title, isNumber: true, canShrink: false) }
    }

    /// The columns that a truncated column keeps at least.
    private static let minimumWidth = 8
    private static let gap = "  "

    private let columns: [Column]
    private var rows: [(cells: [String], details: [String])] = []

    /// Creates a table without rows.
    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row.
    /// - Parameters:
    ///   - cells: a text for each column.
    ///   - details: texts to print under the row, indented, each from a line of its own.
    public mutating func add(_ cells: [String], details: [String] = []) {
        rows.append((cells.map(TerminalText.printable), details.map(TerminalText.printable)))
    }

    /// Returns the lines: titles, unless all are empty, and rows; without trailing spaces.
    /// - Parameters:
    ///   - limit: the width of the terminal; nil for any width.
    ///   - indentation: the number of spaces before each line.
    public func lines(columns limit: Int?, indentation: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indentation)
        let all = [columns.map(\.title)] + rows.map(\.cells)
        let widths = widths(of: all, limit: limit.map { $0 - indentation })
        var lines = columns.allSatisfy(\.title.isEmpty) ? [] : [margin + line(all[0], widths)]
        for row in rows {
            lines.append(margin + line(row.cells, widths))
            for detail in row.details {
                let texts = TerminalText.wrapped(detail, to: limit.map { $0 - indentation - 4 })
                lines += texts.map { "\(margin)    \($0)" }
            }
        }
        return lines
    }

    /// Returns the width of each column: as wide as its texts, or less if the table does not fit.
    private func widths(of rows: [[String]], limit: Int?) -> [Int] {
        var widths = columns.indices.map { column in
            let most = columns[column].canShrink ? max(Self.minimumWidth, limit ?? .max) : .max
            return rows.reduce(0) { max($0, min(TerminalText.width($1[column]), most)) }
        }
        guard let limit else { return widths }
        let gaps = Self.gap.count * max(0, columns.count - 1)
        while widths.reduce(gaps, +) > limit {
            let widest = columns.indices.filter { columns[$0].canShrink && widths[$0] > Self.minimumWidth }
                .max { widths[$0] < widths[$1] }
            guard let widest else { return widths }
            widths[widest] -= 1
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = columns.indices.map { index in
            let cell = columns[index].canShrink ? TerminalText.truncated(cells[index], to: widths[index]) : cells[index]
            let space = String(repeating: " ", count: max(0, widths[index] - TerminalText.width(cell)))
            return columns[index].isNumber ? space + cell : cell + space
        }
        let line = padded.joined(separator: Self.gap)
        return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
    }
}
