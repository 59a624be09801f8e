// SPDX-License-Identifier: Apache-2.0

/// A YAML syntax error. The message never quotes the file: the text may be an unquoted secret (`token: *x`, `token:
/// @x`).
struct YAMLProblem: Sendable, Equatable {
    let mark: Mark
    let message: String
}

/// A YAML file as a tree of nodes with positions.
///
/// It is built from libyaml's events, because libraries on top of them report only the first duplicate key, drop
/// positions and expand aliases without a limit.
struct YAMLDocument: Sendable {
    /// The maximum nesting depth; a configuration needs eight levels.
    static let maximumDepth = 32
    /// The maximum total ``YAMLNode/weight`` of expanded aliases.
    static let aliasBudget = 1_000_000

    /// The root node; nil for an empty file or after an error that ends parsing.
    let root: YAMLNode?
    let problems: [YAMLProblem]

    init(_ bytes: [UInt8]) {
        var text = bytes[...]
        // libyaml would count a byte order mark as a column.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        // An empty buffer may have no base address, and libyaml asserts that there is one.
        guard !text.isEmpty else {
            self.init(root: nil, problems: [])
            return
        }
        if let mark = Self.firstInvalidMark(in: text) {
            self.init(root: nil, problems: [YAMLProblem(mark: mark, message: "invalid UTF-8; save the file as UTF-8")])
            return
        }
        self = text.withUnsafeBufferPointer { text in
            let parser = YAMLParser(text)
            return Self(root: parser.root, problems: parser.problems)
        }
    }

    private init(root: YAMLNode?, problems: [YAMLProblem]) {
        self.root = root
        self.problems = problems
    }

    private static func firstInvalidMark(in bytes: ArraySlice<UInt8>) -> Mark? {
        var mark = Mark.start
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue("\n"): mark = Mark(line: mark.line + 1, column: 1)
            case .scalarValue: mark.column += 1
            case .error: return mark
            case .emptyInput: return nil
            }
        }
    }
}
