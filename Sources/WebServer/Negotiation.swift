// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition

/// Content negotiation by `Accept`, `Accept-Encoding` and `Accept-Language` (RFC 9110, sections 12.4 and 12.5).
enum Negotiation {
    /// Returns the preferred format in `accept` (the header lines, in order); text by default.
    static func format(accept lines: [String]) -> ExpositionFormat {
        var openMetrics = 0.0
        // A named type takes precedence over a range that includes it, regardless of weights.
        var (named, anyText, any): (Double?, Double?, Double?)
        for item in lines.flatMap(items) {
            let weight = item.weight
            switch item.name {
            case "application/openmetrics-text":
                // Other versions are other formats: 0.0.1 lacks features we use, and 1.0.0 isn't the default.
                if item.parameters["version"] == "1.0.0" { openMetrics = max(openMetrics, weight) }
            case "text/plain":
                if item.parameters["version"] ?? "0.0.4" == "0.0.4" { named = max(named ?? 0, weight) }
            case "text/*": anyText = max(anyText ?? 0, weight)
            case "*/*": any = max(any ?? 0, weight)
            default: break
            }
        }
        let text = named ?? anyText ?? any ?? 0
        // With equal weights OpenMetrics, the format with more features.
        return openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
    }

    /// Returns whether `acceptEncoding` allows gzip; false for `gzip;q=0` and without header lines.
    static func acceptsGzip(acceptEncoding lines: [String]) -> Bool {
        var any: Double?
        for item in lines.flatMap(items) {
            if item.name == "gzip" || item.name == "x-gzip" { return item.weight > 0 }
            if item.name == "*" { any = item.weight }
        }
        return (any ?? 0) > 0
    }

    /// Returns the preferred language in `acceptLanguage` (the header lines, in order); English by default.
    ///
    /// The region and script of a language are ignored. Of several languages with equal weights, the first one counts.
    static func language(acceptLanguage lines: [String]) -> Language {
        var weights: [(language: Language, weight: Double)] = []
        var any = 0.0
        for item in lines.flatMap(items) {
            if item.name == "*" { any = max(any, item.weight) }
            let primary = item.name.prefix { $0 != "-" }
            guard let language = Language(rawValue: String(primary)) else { continue }
            if let index = weights.firstIndex(where: { $0.language == language }) {
                weights[index].weight = max(weights[index].weight, item.weight)
            } else {
                weights.append((language, item.weight))
            }
        }
        // The range `*` includes the languages that are not named.
        for language in Language.allCases where !weights.contains(where: { $0.language == language }) {
            weights.append((language, any))
        }
        var best: (language: Language, weight: Double) = (.english, 0)
        for candidate in weights where candidate.weight > best.weight { best = candidate }
        return best.language
    }

    private struct Item {
        var name: String
        var parameters: [String: String]

        /// The value of `q`; 1 if absent, 0 if invalid.
        var weight: Double {
            guard let text = parameters["q"] else { return 1 }
            guard let number = Double(text), number >= 0, number <= 1 else { return 0 }
            return number
        }
    }

    // Compares bytes: `,` followed by a combining mark is one Character other than `,`, and CR LF is one Character.
    private static func items(_ line: String) -> [Item] {
        split(Array(line.utf8)[...], at: ",").map { element in
            let parts = split(element, at: ";").map(trim)
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let value = unquote(trim(part[(equals + 1)...]))
                parameters[lowercased(trim(part[..<equals]))] = String(decoding: value, as: UTF8.self)
            }
            return Item(name: lowercased(parts[0]), parameters: parameters)
        }
    }

    /// Splits `text` at separators outside quoted strings; returns at least one part.
    private static func split(_ text: ArraySlice<UInt8>, at separator: Unicode.Scalar) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = text.startIndex
        var (isQuoted, isEscaped) = (false, false)
        for (index, byte) in zip(text.indices, text) {
            if byte == UInt8(ascii: separator), !isQuoted {
                parts.append(text[start..<index])
                start = index + 1
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && byte == UInt8(ascii: "\\") && !isEscaped
        }
        return parts + [text[start...]]
    }

    private static func trim(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }

    private static func unquote(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let quote = UInt8(ascii: "\"")
        guard text.count >= 2, text.first == quote, text.last == quote else { return text }
        return text.dropFirst().dropLast()
    }

    /// Converts ASCII letters to lower case.
    private static func lowercased(_ text: ArraySlice<UInt8>) -> String {
        String(decoding: text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension Negotiation {
    /// Returns whether `accept` names HTML, as browsers do; ranges such as `*/*`, which other clients send, don't.
    static func prefersHTML(accept lines: [String]) -> Bool {
        lines.flatMap(items).contains { $0.name == "text/html" && $0.weight > 0 }
    }
}
