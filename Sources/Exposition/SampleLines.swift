// SPDX-License-Identifier: Apache-2.0

/// What a part of a page is rendered from when its turn comes, family by family.
public protocol RenderedSubject: Sendable {
    /// Writes the subject's samples of `family`; nothing where it has none.
    func write(_ family: MetricFamily, to lines: inout SampleLines)
}

/// Label values that are escaped once and stand in many samples.
public struct EscapedTexts: Sendable {
    private let bytes: [UInt8]
    /// Where each text ends.
    private let ends: [Int32]

    /// The texts, by their place in `texts`.
    public init(_ texts: [String]) {
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        for text in texts {
            for byte in text.utf8 { LabelEscape.append(byte, to: &bytes) }
            ends.append(Int32(bytes.count))
        }
        (self.bytes, self.ends) = (bytes, ends)
    }

    @inline(__always)
    func with(_ index: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let start = index == 0 ? 0 : Int(ends[index - 1])
        let end = Int(ends[index])
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }
}

enum LabelEscape {
    @inline(__always)
    static func isNeeded(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
    }

    static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        if isNeeded(byte) { bytes.append(UInt8(ascii: "\\")) }
        bytes.append(byte == UInt8(ascii: "\n") ? UInt8(ascii: "n") : byte)
    }
}

/// Writes sample lines one after the other, where there are so many that a string for each label would be felt. Each is
/// opened, given its labels, and closed by its value.
public struct SampleLines: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// How many bytes have been written.
    private(set) var count = 0
    /// What each line of the family begins with: its name, `{` and the subject's labels.
    private var opening: [UInt8] = []
    private var hasLabels = false
    private var isFirst = true

    /// No lines.
    public init() {
        capacity = 1 << 14
        start = .allocate(capacity: capacity)
    }

    deinit { start.deallocate() }

    /// What has been written.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// Forgets what was written beyond `count` bytes.
    mutating func truncate(to count: Int) { self.count = min(self.count, count) }

    /// The lines that follow are of `family`, and of the subject that `labels` name; one whose value is empty is left out.
    public mutating func begin(_ family: MetricFamily, _ labels: [Label]) {
        opening.removeAll(keepingCapacity: true)
        opening += family.name.utf8
        opening.append(UInt8(ascii: "{"))
        hasLabels = false
        for label in labels where !label.value.isEmpty {
            if hasLabels { opening.append(UInt8(ascii: ",")) }
            hasLabels = true
            FragmentBuilder.appendPair(label.name, label.value, to: &opening)
        }
    }

    /// A line without further labels.
    public mutating func sample(_ value: SampleValue) {
        open()
        close(value)
    }

    /// Begins a line.
    public mutating func open() {
        opening.withUnsafeBufferPointer { append($0) }
        isFirst = !hasLabels
    }

    /// A label whose value is one of `texts`; an empty one is left out.
    public mutating func label(_ name: StaticString, _ texts: EscapedTexts, _ index: Int) {
        texts.with(index) { text in
            if text.isEmpty { return }
            openLabel(name)
            append(text)
            append(UInt8(ascii: "\""))
        }
    }

    /// A label whose value needs no escape.
    public mutating func label(_ name: StaticString, _ value: StaticString) {
        openLabel(name)
        append(value)
        append(UInt8(ascii: "\""))
    }

    /// A label with any value; an empty one is left out.
    public mutating func label(_ name: StaticString, escaping text: UnsafeBufferPointer<UInt8>) {
        if text.isEmpty { return }
        openLabel(name)
        if text.contains(where: LabelEscape.isNeeded) {
            var escaped: [UInt8] = []
            for byte in text { LabelEscape.append(byte, to: &escaped) }
            escaped.withUnsafeBufferPointer { append($0) }
        } else {
            append(text)
        }
        append(UInt8(ascii: "\""))
    }

    /// Ends a line.
    public mutating func close(_ value: SampleValue) {
        if isFirst {
            // No label at all: then there are no braces either.
            count -= 1
        } else {
            append(UInt8(ascii: "}"))
        }
        append(UInt8(ascii: " "))
        switch value {
        case .integer(let number):
            if number < 0 { append(UInt8(ascii: "-")) }
            appendDigits(number.magnitude)
        case .unsigned(let number): appendDigits(number)
        default:
            var text: [UInt8] = []
            value.write(to: &text)
            text.withUnsafeBufferPointer { append($0) }
        }
        append(UInt8(ascii: "\n"))
    }

    private mutating func openLabel(_ name: StaticString) {
        if !isFirst { append(UInt8(ascii: ",")) }
        isFirst = false
        append(name)
        append(UInt8(ascii: "="))
        append(UInt8(ascii: "\""))
    }

    private mutating func appendDigits(_ number: UInt64) {
        reserve(20)
        var digits = 1
        var power: UInt64 = 10
        while digits < 20, number >= power {
            digits += 1
            if digits < 20 { power *= 10 }
        }
        var rest = number
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    @inline(__always)
    private mutating func append(_ byte: UInt8) {
        reserve(1)
        start[count] = byte
        count += 1
    }

    @inline(__always)
    private mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Bytes as they are.
    @inline(__always)
    mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        guard let source = text.baseAddress else { return }
        reserve(text.count)
        (start + count).update(from: source, count: text.count)
        count += text.count
    }

    @inline(__always)
    private mutating func reserve(_ more: Int) {
        if count + more > capacity { grow(more) }
    }

    private mutating func grow(_ more: Int) {
        let larger = max(capacity * 2, count + more)
        let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        moved.update(from: start, count: count)
        start.deallocate()
        (start, capacity) = (moved, larger)
    }
}

extension Fragment {
    /// What `subject` has of `families`, rendered.
    /// - Parameter labels: the labels that every sample of the subject carries.
    public init(labels: [Label], of subject: some RenderedSubject, families: [MetricFamily]) {
        var lines = SampleLines()
        var sections: [Section] = []
        for family in families {
            let begin = lines.count
            subject.write(family, to: &lines)
            if lines.count > begin { sections.append(Section(family: family.name, range: begin..<lines.count)) }
        }
        self.init(labels: labels, bytes: Array(lines.bytes), sections: sections)
    }
}
