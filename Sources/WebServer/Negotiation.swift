// SPDX-License-Identifier: Apache-2.0
internal import Exposition

/// What a client asks for, read from `Accept` and `Accept-Encoding` (RFC 9110, sections 12.4 and 12.5).
enum Negotiation {
    /// The format that `accept` (the header lines, in order) wants most; text where nothing else is clearly wanted.
    static func format(accept lines: [String]) -> ExpositionFormat {
        var openMetrics = 0.0
        // What is named goes before a range that covers it, whatever their weights.
        var (named, anyText, any): (Double?, Double?, Double?)
        for item in lines.flatMap(items) {
            let weight = item.weight
            switch item.name {
            case "application/openmetrics-text":
                // Other versions are other formats: 0.0.1 lacks what we send, and none is not 1.0.0 by default.
                if item.parameters["version"] == "1.0.0" { openMetrics = max(openMetrics, weight) }
            case "text/plain":
                if item.parameters["version"] ?? "0.0.4" == "0.0.4" { named = max(named ?? 0, weight) }
            case "text/*": anyText = max(anyText ?? 0, weight)
            case "*/*": any = max(any ?? 0, weight)
            default: break
            }
        }
        let text = named ?? anyText ?? any ?? 0
        // At the same weight the richer format, as every Prometheus that lists both means it.
        return openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
    }

    /// Whether `acceptEncoding` takes gzip; `gzip;q=0` and silence do not.
    static func takesGzip(acceptEncoding lines: [String]) -> Bool {
        var any: Double?
        for item in lines.flatMap(items) {
            if item.name == "gzip" || item.name == "x-gzip" { return item.weight > 0 }
            if item.name == "*" { any = item.weight }
        }
        return (any ?? 0) > 0
    }

    private struct Item {
        var name: String
        var parameters: [String: String]

        /// `q`, 1 where there is none; what cannot be read is not wanted.
        var weight: Double {
            guard let text = parameters["q"] else { return 1 }
            guard let number = Double(text), number >= 0, number <= 1 else { return 0 }
            return number
        }
    }

    // Bytes throughout: to `Character` a comma with a combining mark behind it is none, and CR LF is one.
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

    /// The parts of `text` between separators, of which those in a quoted string are none; at least one.
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

    /// In lower case by ASCII's rule: header names know no other letters.
    private static func lowercased(_ text: ArraySlice<UInt8>) -> String {
        String(decoding: text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
