// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// What libyaml reports, in Swift's values.
enum YAMLEvent {
    case scalar(YAMLScalar, anchor: String?, isTagged: Bool, Mark)
    case sequenceStart(anchor: String?, isTagged: Bool, Mark)
    case mappingStart(anchor: String?, isTagged: Bool, Mark)
    case sequenceEnd
    case mappingEnd
    case alias(String, Mark)
    case documentStart(Mark)
    case streamEnd
    /// The file is not YAML; nothing follows.
    case failure(YAMLProblem)
    /// Nothing that a tree is made of.
    case other
}

/// Pulls events out of libyaml. Owns the parser, which keeps a pointer to itself and to `text`: hence a class with the
/// parser on the heap, to be used only while `text` is valid.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeBufferPointer<UInt8>
    private let isInitialized: Bool

    /// Events of `text`, which must be UTF-8 without a byte order mark.
    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        isInitialized = yaml_parser_initialize(parser) == 1
        if isInitialized {
            yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(parser, text.baseAddress, text.count)
        }
    }

    deinit {
        if isInitialized { yaml_parser_delete(parser) }
        parser.deallocate()
    }

    func next() -> YAMLEvent {
        guard isInitialized else { return .failure(YAMLProblem(mark: .start, message: "out of memory")) }
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { return .failure(problem()) }
        defer { yaml_event_delete(&event) }
        let mark = Mark(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            return .scalar(
                YAMLScalar(text: String(decoding: bytes, as: UTF8.self), isPlain: isPlain),
                anchor: Self.string(scalar.anchor),
                isTagged: scalar.tag != nil,
                mark
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            return .sequenceStart(anchor: Self.string(start.anchor), isTagged: start.tag != nil, mark)
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            return .mappingStart(anchor: Self.string(start.anchor), isTagged: start.tag != nil, mark)
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT: return .alias(Self.string(event.data.alias.anchor) ?? "", mark)
        case YAML_DOCUMENT_START_EVENT: return .documentStart(mark)
        // After an error libyaml goes on with empty events; so does it after the end.
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
        default: return .other
        }
    }

    private static func string(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}

extension YAMLEvents {
    /// What libyaml stumbled over, in words that say what to do where it is one of the usual mistakes.
    private func problem() -> YAMLProblem {
        switch parser.pointee.error {
        case YAML_MEMORY_ERROR: return YAMLProblem(mark: .start, message: "out of memory")
        case YAML_READER_ERROR:
            // The reader knows bytes only; what is left for it to refuse in valid UTF-8 are control characters.
            let mark = mark(ofByte: parser.pointee.problem_offset)
            return YAMLProblem(mark: mark, message: "a control character is not allowed here")
        default: break
        }
        let mark = Mark(parser.pointee.problem_mark)
        let what = parser.pointee.problem.map { String(cString: $0) } ?? "unreadable"
        guard let context = parser.pointee.context.map({ String(cString: $0) }) else {
            return YAMLProblem(mark: mark, message: "not valid YAML: \(what)")
        }
        let start = Mark(parser.pointee.context_mark)
        if context == "while scanning a quoted scalar", what == "found unexpected end of stream" {
            return YAMLProblem(mark: start, message: "the quote opened here is never closed")
        }
        if what == "found character that cannot start any token" {
            let isTab = character(at: mark) == "\t"
            let message = isTab ? "a tab cannot indent, use spaces" : "a value that begins like this needs quotes"
            return YAMLProblem(mark: mark, message: message)
        }
        if what == "did not find expected key" {
            return YAMLProblem(mark: mark, message: "expected a key here; check the indentation and quotes before it")
        }
        let begin = start == mark ? "" : " (begun at line \(start.line), column \(start.column))"
        return YAMLProblem(mark: mark, message: "not valid YAML: \(context)\(begin), \(what)")
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
