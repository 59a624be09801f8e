// SPDX-License-Identifier: Apache-2.0

/// A position in a file: line and column in characters, both from 1.
struct Mark: Sendable, Equatable, Comparable {
    var line: Int
    var column: Int

    static let start = Mark(line: 1, column: 1)

    static func < (left: Mark, right: Mark) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A value of a YAML file. An alias shares the node of its anchor, so its position is that of the anchor.
final class YAMLNode: Sendable {
    let mark: Mark
    let content: Content
    /// The size with all aliases expanded: scalar bytes plus a constant per node, so that empty nodes count too.
    let weight: Int
    /// The number of levels, including this node.
    let height: Int

    enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// Entries in the file's order, including duplicate keys, which the reader reports with their path.
        case mapping([YAMLEntry])
        /// A node whose error was already reported.
        case broken
    }

    init(mark: Mark, content: Content) {
        self.mark = mark
        self.content = content
        var weight = 16
        var height = 0
        switch content {
        case .scalar(let scalar): weight += scalar.text.utf8.count
        case .sequence(let nodes):
            for node in nodes {
                weight += node.weight
                height = max(height, node.height)
            }
        case .mapping(let entries):
            for entry in entries {
                weight += entry.key.weight + entry.value.weight
                height = max(height, entry.key.height, entry.value.height)
            }
        case .broken: break
        }
        self.weight = weight
        self.height = height + 1
    }
}

/// One key of a mapping and its value.
struct YAMLEntry: Sendable {
    let key: YAMLNode
    let value: YAMLNode
}

/// The text of a scalar, and whether it was written without quotes.
struct YAMLScalar: Sendable {
    let text: String
    let isPlain: Bool
}
