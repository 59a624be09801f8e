// SPDX-License-Identifier: Apache-2.0

/// A text format of the metrics page. Both formats have the same sample lines; they differ in the metadata lines.
public enum ExpositionFormat: String, Sendable, CaseIterable {
    /// The Prometheus text format 0.0.4.
    case text
    /// OpenMetrics 1.0.0.
    case openMetrics = "openmetrics"

    /// The value of the `Content-Type` header.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
        }
    }

    /// Returns the family's name in this format, by which families are sorted.
    func name(of family: MetricFamily) -> String { self == .text ? family.name : family.openMetricsName }

    /// Returns the metadata lines of a family: HELP, TYPE and, in OpenMetrics, UNIT.
    func header(of family: MetricFamily) -> [UInt8] {
        var text = ""
        switch self {
        case .text:
            let kind: MetricFamily.Kind = family.kind == .info ? .gauge : family.kind
            text += "# HELP \(family.name) \(Self.escape(family.help, quotes: false))\n"
            text += "# TYPE \(family.name) \(kind.rawValue)\n"
        case .openMetrics:
            let name = family.openMetricsName
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            if let unit = family.unit { text += "# UNIT \(name) \(unit.rawValue)\n" }
            text += "# HELP \(name) \(Self.escape(family.help, quotes: true))\n"
        }
        return Array(text.utf8)
    }

    /// The last line of a page; empty in the text format.
    var trailer: [UInt8] { self == .openMetrics ? Array("# EOF\n".utf8) : [] }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
