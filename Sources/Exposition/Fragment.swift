// SPDX-License-Identifier: Apache-2.0
public import Base

/// The rendered sample lines of one subject (a workspace, a source, the process), by family. They are rendered once,
/// when the subject changes, and then only copied.
public struct Fragment: Sendable {
    /// The lines of one family.
    struct Section: Sendable {
        var family: String
        var range: Range<Int>
    }

    /// The labels that every sample of the subject carries.
    public let labels: [Label]
    let bytes: [UInt8]
    let sections: [Section]

    /// The number of samples.
    public var samples: Int { bytes.count { $0 == UInt8(ascii: "\n") } }
}

/// A label and its value.
public struct Label: Sendable, Hashable {
    /// The name, one of the family's.
    public var name: String
    /// The value, not escaped.
    public var value: String

    /// Creates a label called `name`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// Renders the samples of one subject. Families may be added in any order, each once; the samples of a family in the
/// order of the page.
public struct FragmentBuilder {
    private let labels: [Label]
    private let labelText: LabelText
    private var bytes: [UInt8] = []
    private var sections: [Fragment.Section] = []

    /// Creates a builder for the subject with these labels. Samples omit a label whose value is empty.
    public init(labels: [Label] = []) {
        self.labels = labels
        labelText = LabelText(labels)
        bytes.reserveCapacity(16_384)
    }

    /// Returns the rendered samples.
    public consuming func build() -> Fragment {
        // An exact copy: an array that grew has up to twice the capacity it needs, and fragments live long.
        Fragment(labels: labels, bytes: bytes.withUnsafeBufferPointer { Array($0) }, sections: sections)
    }

    /// Renders a family of which the subject has exactly one sample, without additional labels.
    public mutating func add(_ family: MetricFamily, _ value: SampleValue) {
        add(family) { $0.sample(value) }
    }

    /// Renders the samples of a family that `body` writes. A family without samples is omitted.
    public mutating func add(_ family: MetricFamily, _ body: (inout SampleWriter) -> Void) {
        let start = bytes.count
        let opening = SampleWriter.opening(family.name, labelText)
        var writer = SampleWriter(family: family.name, labelText: labelText, opening: opening, bytes: bytes)
        bytes = []
        body(&writer)
        bytes = writer.bytes
        if bytes.count > start {
            sections.append(Fragment.Section(family: family.name, range: start..<bytes.count))
        }
    }
}

/// The text of labels in a sample line, `name="value",…,`: escaped once for any number of samples.
public struct LabelText: Sendable {
    fileprivate private(set) var bytes: [UInt8] = []

    /// Renders `labels`; a label whose value is nil or empty is omitted.
    public init(_ labels: KeyValuePairs<String, String?>) {
        // Plus quotes, equals sign, comma; escapes are rare.
        bytes.reserveCapacity(labels.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.utf8.count ?? 0) + 4 })
        for (name, value) in labels { append(name, value) }
    }

    fileprivate init(_ labels: [Label]) {
        for label in labels { append(label.name, label.value) }
    }

    private mutating func append(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        // As a buffer: an array appends a string's UTF-8 view byte by byte.
        var name = name
        name.withUTF8 { bytes += $0 }
        bytes.append(UInt8(ascii: "="))
        bytes.append(UInt8(ascii: "\""))
        LabelEscape.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ","))
    }
}

/// Writes the samples of one family.
public struct SampleWriter {
    fileprivate let family: String
    fileprivate let labelText: LabelText
    /// The start of every line, except a histogram's: the family's name and the subject's labels.
    fileprivate let opening: [UInt8]
    fileprivate var bytes: [UInt8]

    fileprivate static func opening(_ name: String, _ labelText: LabelText) -> [UInt8] {
        Array(name.utf8) + [UInt8(ascii: "{")] + labelText.bytes
    }

    /// Writes one sample with the subject's labels and `additional` ones; a label whose value is nil or empty is
    /// omitted.
    public mutating func sample(_ value: SampleValue, _ additional: KeyValuePairs<String, String?> = [:]) {
        let additional = LabelText(additional)
        line(opening, value) { $0.add(additional) }
    }

    /// Writes one sample with the subject's labels and those that `addLabels` adds. No list of them, because it would
    /// be allocated for each of thousands of samples.
    public mutating func sample(_ value: SampleValue, _ addLabels: (inout SampleWriter) -> Void) {
        line(opening, value, addLabels)
    }

    /// Adds labels to the sample that is being written.
    public mutating func add(_ text: LabelText) { bytes += text.bytes }

    /// Writes the samples of a histogram: cumulative buckets, then sum, then count.
    public mutating func histogram(_ additional: KeyValuePairs<String, String?> = [:], _ histogram: Histogram) {
        let additional = LabelText(additional)
        func opening(_ suffix: String) -> [UInt8] { Self.opening(family + suffix, labelText) + additional.bytes }
        let bucket = opening("_bucket")
        var cumulative: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            cumulative += count
            let bound = index < histogram.bounds.count ? histogram.bounds[index].description : "+Inf"
            line(bucket, .unsigned(cumulative)) { $0.add(LabelText(["le": bound])) }
        }
        line(opening("_sum"), .double(histogram.sum)) { _ in }
        line(opening("_count"), .unsigned(cumulative)) { _ in }
    }

    private mutating func line(_ opening: [UInt8], _ value: SampleValue, _ addLabels: (inout SampleWriter) -> Void) {
        bytes += opening
        addLabels(&self)
        // The bracket replaces the comma after the last label; without labels there are no brackets.
        if bytes.removeLast() == UInt8(ascii: ",") { bytes.append(UInt8(ascii: "}")) }
        bytes.append(UInt8(ascii: " "))
        value.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
