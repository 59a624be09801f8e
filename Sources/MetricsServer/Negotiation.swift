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

    private static func items(_ line: String) -> [Item] {
        split(line, at: ",").map { element in
            let parts = split(element, at: ";").map(trim)
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(trim)
                guard pair.count == 2 else { continue }
                parameters[pair[0].lowercased()] = unquote(pair[1])
            }
            return Item(name: parts[0].lowercased(), parameters: parameters)
        }
    }

    /// The parts of `text` between separators, of which those in a quoted string are none.
    private static func split(_ text: some StringProtocol, at separator: Character) -> [String] {
        var parts = [""]
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            if character == separator, !isQuoted {
                parts.append("")
                continue
            }
            if character == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && character == "\\" && !isEscaped
            parts[parts.count - 1].append(character)
        }
        return parts
    }

    private static func trim(_ text: some StringProtocol) -> String {
        var text = Substring(text)
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func unquote(_ text: String) -> String {
        guard text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") else { return text }
        return String(text.dropFirst().dropLast())
    }
}
