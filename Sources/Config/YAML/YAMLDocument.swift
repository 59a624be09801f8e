// SPDX-License-Identifier: Apache-2.0

/// Something wrong with a file as YAML, whatever its keys mean. The message never quotes the file: the text in question
/// may be a secret somebody forgot to put in quotes (`token: *x`, `token: @x`).
struct YAMLProblem: Sendable, Equatable {
    let mark: Mark
    let message: String
}

/// A YAML file as a tree of nodes with marks.
///
/// It is built from libyaml's events rather than by a library on top of them, because those report one repeated key at
/// most, forget marks, and expand aliases without a limit.
struct YAMLDocument: Sendable {
    /// Levels a file may have; the contract needs eight.
    static let maximumDepth = 32
    /// What aliases may expand to in total, in ``YAMLNode/weight``.
    static let aliasBudget = 1_000_000

    /// Nil for an empty file, or where a problem left nothing to walk.
    let root: YAMLNode?
    let problems: [YAMLProblem]

    init(_ bytes: [UInt8]) {
        var text = bytes[...]
        // A byte order mark would be taken for a first column.
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        // An empty buffer may have no address, which libyaml asserts against.
        guard !text.isEmpty else {
            self.init(root: nil, problems: [])
            return
        }
        if let mark = Self.firstInvalidMark(in: text) {
            self.init(root: nil, problems: [YAMLProblem(mark: mark, message: "these bytes are not UTF-8")])
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
