// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// Builds nodes from libyaml's events. Uses an explicit stack, so that no file can overflow the thread's stack.
/// libyaml's parser keeps pointers to itself and to `text`, so the parser is allocated on the heap and only used while
/// `text` is valid.
final class YAMLParser {
    /// The root node; nil for an empty file or after an error that ends parsing.
    private(set) var root: YAMLNode?
    private(set) var problems: [YAMLProblem] = []

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>
    private var stack: [Frame] = []
    private var anchors: [String: Anchor] = [:]
    private var expanded = 0
    private var hasDocument = false

    private struct Frame {
        let mark: Mark
        let anchor: String?
        let isMapping: Bool
        let isTagged: Bool
        var children: [YAMLNode] = []
    }

    private enum Anchor {
        /// The node is not complete yet: an alias to it would contain itself.
        case open
        case closed(YAMLNode)
    }

    /// Parses `text`, which must be UTF-8 without a byte order mark.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            report(at: .start, "out of memory")
            return
        }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        while takeEvent() {}
    }

    deinit { parser.deallocate() }

    /// Processes the next event; returns false at the end or after an error that ends parsing.
    private func takeEvent() -> Bool {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            let (mark, message) = problem()
            return abandon(at: mark, message)
        }
        defer { yaml_event_delete(&event) }
        let mark = Mark(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let content = YAMLScalar(
                text: String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            let isTagged = scalar.tag != nil
            add(.scalar(content), at: mark, anchor: Self.string(scalar.anchor), isTagged: isTagged)
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return open(mark, Self.string(start.anchor), isMapping: false, isTagged: start.tag != nil)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return open(mark, Self.string(start.anchor), isMapping: true, isTagged: start.tag != nil)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: close()
        case YAML_ALIAS_EVENT: return addAlias(Self.string(event.data.alias.anchor) ?? "", at: mark)
        case YAML_DOCUMENT_START_EVENT:
            if hasDocument {
                return abandon(at: mark, "the file must contain a single YAML document; remove the second one")
            }
            hasDocument = true
        // libyaml returns empty events after the end or an error.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return false
        default: break
        }
        return true
    }

    private func open(_ mark: Mark, _ anchor: String?, isMapping: Bool, isTagged: Bool) -> Bool {
        guard stack.count < YAMLDocument.maximumDepth else { return abandonTooDeep(at: mark) }
        if let anchor { anchors[anchor] = .open }
        stack.append(Frame(mark: mark, anchor: anchor, isMapping: isMapping, isTagged: isTagged))
        return true
    }

    private func close() {
        guard let frame = stack.popLast() else { return }
        var content = YAMLNode.Content.sequence(frame.children)
        if frame.isMapping {
            content = .mapping(
                stride(from: 0, to: frame.children.count - 1, by: 2).map {
                    YAMLEntry(key: frame.children[$0], value: frame.children[$0 + 1])
                }
            )
        }
        add(content, at: frame.mark, anchor: frame.anchor, isTagged: frame.isTagged)
    }

    private func addAlias(_ name: String, at mark: Mark) -> Bool {
        switch anchors[name] {
        case .closed(let target):
            // The sum cannot overflow: a target's weight is at most that of the file plus the budget.
            expanded += target.weight
            guard expanded <= YAMLDocument.aliasBudget else {
                return abandon(at: mark, "aliases expand to more than 1 MB")
            }
            guard stack.count + target.height <= YAMLDocument.maximumDepth else { return abandonTooDeep(at: mark) }
            add(target)
        case .open: addBroken(at: mark, "this alias refers to a value that contains it")
        case nil: addBroken(at: mark, "unknown alias; put a value that starts with * in quotes")
        }
        return true
    }

    private func addBroken(at mark: Mark, _ message: String) {
        report(at: mark, message)
        add(YAMLNode(mark: mark, content: .broken))
    }

    private func add(_ content: YAMLNode.Content, at mark: Mark, anchor: String?, isTagged: Bool) {
        if isTagged { report(at: mark, "tags (!…) are not supported; put a value that starts with ! in quotes") }
        let node = YAMLNode(mark: mark, content: isTagged ? .broken : content)
        if let anchor { anchors[anchor] = .closed(node) }
        add(node)
    }

    private func add(_ node: YAMLNode) {
        if stack.isEmpty { root = node } else { stack[stack.count - 1].children.append(node) }
    }

    private func abandonTooDeep(at mark: Mark) -> Bool {
        abandon(at: mark, "nested deeper than \(YAMLDocument.maximumDepth) levels")
    }

    /// Reports an error that ends parsing.
    /// - Returns: false.
    private func abandon(at mark: Mark, _ message: String) -> Bool {
        report(at: mark, message)
        root = nil
        return false
    }

    private func report(at mark: Mark, _ message: String) {
        problems.append(YAMLProblem(mark: mark, message: message))
    }

    private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    /// Returns the position and message of libyaml's error, with a remedy for common mistakes.
    private func problem() -> (Mark, String) {
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR: return (.start, "out of memory")
        case YAML_READER_ERROR:
            // libyaml's reader reports byte offsets. In valid UTF-8 it rejects only control characters.
            let mark = mark(ofByte: parser.pointee.problem_offset)
            return (mark, "control characters are not allowed; remove it")
        default: break
        }
        let mark = Mark(parser.pointee.problem_mark)
        let what = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
        guard let context = parser.pointee.context.map({ String(cString: $0) }) else {
            return (mark, "invalid YAML: \(what)")
        }
        let start = Mark(parser.pointee.context_mark)
        if context == "while scanning a quoted scalar", what == "found unexpected end of stream" {
            return (start, "unterminated quoted string; add the closing quote")
        }
        if what == "found character that cannot start any token" {
            let isTab = character(at: mark) == "\t"
            let message =
                isTab
                ? "tabs are not allowed for indentation; use spaces"
                : "a value cannot start with this character; put it in quotes"
            return (mark, message)
        }
        if what == "did not find expected key" {
            return (mark, "expected a key here; check the indentation and quotes before it")
        }
        let begin = start == mark ? "" : " (started at line \(start.line), column \(start.column))"
        return (mark, "invalid YAML: \(context)\(begin), \(what)")
    }

    private func mark(ofByte offset: Int) -> Mark {
        var mark = Mark.start
        for scalar in String(decoding: text.prefix(offset), as: UTF8.self).unicodeScalars {
            if scalar == "\n" { mark = Mark(line: mark.line + 1, column: 1) } else { mark.column += 1 }
        }
        return mark
    }

    private func character(at mark: Mark) -> Unicode.Scalar? {
        let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return nil }
        return String(decoding: lines[mark.line - 1], as: UTF8.self).unicodeScalars.dropFirst(mark.column - 1).first
    }
}

extension Mark {
    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
