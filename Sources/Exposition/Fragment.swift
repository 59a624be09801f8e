// SPDX-License-Identifier: Apache-2.0

/// The rendered sample lines of one subject (a workspace, a source, the process), family by family. Rendered once, when
/// the subject changed, and then only copied.
public struct Fragment: Sendable {
    /// A family's lines.
    struct Section: Sendable {
        var family: String
        var range: Range<Int>
    }

    /// The labels that every sample of the subject carries.
    public let labels: [Label]
    let bytes: [UInt8]
    let sections: [Section]

    /// How many samples it has.
    public var samples: Int { bytes.count { $0 == UInt8(ascii: "\n") } }
}

/// A label and its value.
public struct Label: Sendable, Hashable {
    /// The name, one of the family's.
    public var name: String
    /// The value as it is, not escaped.
    public var value: String

    /// A label called `name`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Renders the samples of one subject. Families may come in any order, each once; samples within a family come in the
/// order in which they are to be served.
public struct FragmentBuilder {
    private let labels: [Label]
    private let labelText: LabelText
    private var bytes: [UInt8] = []
    private var sections: [Fragment.Section] = []

    /// A builder for the subject with these labels; one whose value is empty is left out of the samples.
    public init(labels: [Label] = []) {
        self.labels = labels
        labelText = LabelText(labels)
    }

    /// What has been rendered.
    public consuming func build() -> Fragment {
        // A copy of exactly its length: an array that grew has room for up to as much again, and fragments stay for long.
        Fragment(labels: labels, bytes: bytes.withUnsafeBufferPointer { Array($0) }, sections: sections)
    }

    /// Renders a family of which the subject has exactly one sample, without further labels.
    public mutating func add(_ family: MetricFamily, _ value: SampleValue) {
        add(family) { $0.sample(value) }
    }

    /// Renders the samples of a family that `body` writes; a family without samples leaves no trace.
    public mutating func add(_ family: MetricFamily, _ body: (inout SampleWriter) -> Void) {
        let start = bytes.count
        var writer = SampleWriter(family: family, labelText: labelText, bytes: bytes)
        bytes = []
        body(&writer)
        bytes = writer.bytes
        if bytes.count > start {
            sections.append(Fragment.Section(family: family.name, range: start..<bytes.count))
        }
    }
}

/// Labels as a sample line has them, `name="value",…`: escaped once, for any number of samples.
public struct LabelText: Sendable {
    fileprivate private(set) var bytes: [UInt8] = []

    /// The text of `labels`; a label whose value is nil or empty is left out.
    public init(_ labels: KeyValuePairs<String, String?>) {
        // Quotes, equals sign, comma; what has to be escaped is rare.
        bytes.reserveCapacity(labels.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.utf8.count ?? 0) + 4 })
        for (name, value) in labels { append(name, value) }
    }

    fileprivate init(_ labels: [Label]) {
        for label in labels { append(label.name, label.value) }
    }

    private mutating func append(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        // In one piece: an array takes a string's UTF-8 view byte by byte.
        var name = name
        name.withUTF8 { bytes += $0 }
        bytes.append(UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "\""))
        LabelEscape.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Writes the samples of one family.
public struct SampleWriter {
    /// The family's name.
    private let name: [UInt8]
    /// What every line has behind the family's name and its suffix.
    private let opening: [UInt8]
    fileprivate var bytes: [UInt8]

    fileprivate init(family: MetricFamily, labelText: LabelText, bytes: [UInt8]) {
        name = Array(family.name.utf8)
        opening = [UInt8(ascii: "{")] + labelText.bytes
        self.bytes = bytes
    }

    /// One sample with the subject's labels and `further` ones; a label whose value is nil or empty is left out.
    public mutating func sample(_ value: SampleValue, _ further: KeyValuePairs<String, String?> = [:]) {
        sample(value, LabelText(further))
    }

    /// One sample with the subject's labels and those of `further`, in this order.
    public mutating func sample(_ value: SampleValue, _ further: LabelText...) {
        line(suffix: "", further, value)
    }

    /// The samples of a histogram: cumulative buckets, then sum, then count.
    /// - Parameters:
    ///   - bounds: upper bounds, ascending, none a whole number.
    ///   - counts: observations per bucket, not cumulative; one more than there are bounds.
    public mutating func histogram(
        _ further: KeyValuePairs<String, String?> = [:], bounds: [Double], counts: [UInt64], sum: Double
    ) {
        let further = LabelText(further)
        var cumulative: UInt64 = 0
        for (index, count) in counts.enumerated() {
            cumulative += count
            let bound = index < bounds.count ? bounds[index].description : "+Inf"
            line(suffix: "_bucket", [further, LabelText(["le": bound])], .unsigned(cumulative))
        }
        line(suffix: "_sum", [further], .double(sum))
        line(suffix: "_count", [further], .unsigned(cumulative))
    }

    private mutating func line(suffix: String, _ further: [LabelText], _ value: SampleValue) {
        bytes += name
        if !suffix.isEmpty { bytes += suffix.utf8 }
        let start = bytes.count
        bytes += opening
        for text in further where !text.bytes.isEmpty {
            if bytes.count > start + 1 { bytes.append(UInt8(ascii: ",")) }
            bytes += text.bytes
        }
        if bytes.count == start + 1 {
            bytes.removeLast()
        } else {
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        value.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
