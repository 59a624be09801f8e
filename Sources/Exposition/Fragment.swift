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
    /// `name="value",…` of the subject's labels, escaped once for all its samples.
    private let labelText: [UInt8]
    private var bytes: [UInt8] = []
    private var sections: [Fragment.Section] = []

    /// A builder for the subject with these labels; one whose value is empty is left out of the samples.
    public init(labels: [Label] = []) {
        self.labels = labels
        var text: [UInt8] = []
        for label in labels where !label.value.isEmpty { Self.append(label.name, label.value, to: &text) }
        labelText = text
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

    static func append(_ name: String, _ value: String, to text: inout [UInt8]) {
        if !text.isEmpty { text.append(UInt8(ascii: ",")) }
        appendPair(name, value, to: &text)
    }

    static func appendPair(_ name: String, _ value: String, to text: inout [UInt8]) {
        // In one piece: an array takes a string's UTF-8 view byte by byte.
        var name = name
        name.withUTF8 { text += $0 }
        text.append(UInt8(ascii: "="))
        text.append(UInt8(ascii: "\""))
        LabelEscape.append(value, to: &text)
        text.append(UInt8(ascii: "\""))
    }
}

/// Writes the samples of one family.
public struct SampleWriter {
    /// The family's name.
    private let name: [UInt8]
    /// What every line has behind the family's name and its suffix.
    private let opening: [UInt8]
    private let hasLabels: Bool
    fileprivate var bytes: [UInt8]

    fileprivate init(family: MetricFamily, labelText: [UInt8], bytes: [UInt8]) {
        name = Array(family.name.utf8)
        opening = [UInt8(ascii: "{")] + labelText
        hasLabels = !labelText.isEmpty
        self.bytes = bytes
    }

    /// One sample with the subject's labels and `further` ones; a label whose value is nil or empty is left out.
    public mutating func sample(_ value: SampleValue, _ further: KeyValuePairs<String, String?> = [:]) {
        line(suffix: "", further: further, bound: nil, value)
    }

    /// The samples of a histogram: cumulative buckets, then sum, then count.
    /// - Parameters:
    ///   - bounds: upper bounds, ascending, none a whole number.
    ///   - counts: observations per bucket, not cumulative; one more than there are bounds.
    public mutating func histogram(
        _ further: KeyValuePairs<String, String?> = [:], bounds: [Double], counts: [UInt64], sum: Double
    ) {
        var cumulative: UInt64 = 0
        for (index, count) in counts.enumerated() {
            cumulative += count
            let bound = index < bounds.count ? bounds[index].description : "+Inf"
            line(suffix: "_bucket", further: further, bound: bound, .unsigned(cumulative))
        }
        line(suffix: "_sum", further: further, bound: nil, .double(sum))
        line(suffix: "_count", further: further, bound: nil, .unsigned(cumulative))
    }

    private mutating func line(
        suffix: String, further: KeyValuePairs<String, String?>, bound: String?, _ value: SampleValue
    ) {
        bytes += name
        if !suffix.isEmpty { bytes += suffix.utf8 }
        bytes += opening
        var isFirst = !hasLabels
        func pair(_ name: String, _ value: String, _ bytes: inout [UInt8], _ isFirst: inout Bool) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            FragmentBuilder.appendPair(name, value, to: &bytes)
        }
        for (name, value) in further {
            if let value, !value.isEmpty { pair(name, value, &bytes, &isFirst) }
        }
        if let bound { pair("le", bound, &bytes, &isFirst) }
        if isFirst {
            bytes.removeLast()
        } else {
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        value.write(to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }
}
