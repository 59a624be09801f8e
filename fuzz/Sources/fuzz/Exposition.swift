// SPDX-License-Identifier: Apache-2.0
import Exposition

/// Validates a metrics page, more strictly than scrapers do, and returns its sample lines.
func sampleLines(of page: [UInt8], _ format: ExpositionFormat) -> [Substring.UTF8View] {
    guard let text = String(validating: page, as: UTF8.self) else {
        require(false, "the page is not UTF-8")
        return []
    }
    require(text.utf8.last == UInt8(ascii: "\n"), "no line feed at the end of the page")
    require(!text.utf8.contains(0), "a NUL in the page")
    var lines = text.utf8.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if format == .openMetrics {
        require(lines.popLast().map { $0.elementsEqual("# EOF".utf8) } ?? false, "no # EOF at the end of the page")
    }
    var samples: [Substring.UTF8View] = []
    var series: Set<[UInt8]> = []
    for line in lines {
        if line.first == UInt8(ascii: "#") {
            let isMetadata = ["# HELP ", "# TYPE ", "# UNIT "].contains { line.starts(with: $0.utf8) }
            require(isMetadata, "a comment that is not metadata: \(Substring(line))")
        } else {
            var reader = SampleReader(rest: line)
            guard let name = reader.series() else {
                require(false, "an invalid sample: \(Substring(line))")
                continue
            }
            require(series.insert(Array(name)).inserted, "a duplicate series: \(Substring(line))")
            samples.append(line)
        }
    }
    return samples
}

/// Parses a sample line: name, labels, value.
private struct SampleReader {
    var rest: Substring.UTF8View

    /// Returns the name and labels; nil if the line isn't a valid sample.
    mutating func series() -> Substring.UTF8View? {
        let line = rest
        guard takeName() else { return nil }
        if take("{") {
            repeat {
                guard takeName(), take("="), takeQuoted() else { return nil }
            } while take(",")
            guard take("}") else { return nil }
        }
        let series = line[..<rest.startIndex]
        guard take(" "), let value = Double(Substring(rest)), value.isFinite else { return nil }
        return series
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func takeName() -> Bool {
        let name = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): true
            default: false
            }
        }
        rest = rest[name.endIndex...]
        return !name.isEmpty
    }

    private mutating func takeQuoted() -> Bool {
        guard take("\"") else { return false }
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst(), "\\\"n".utf8.contains(escaped) else { return false }
            }
        }
        return false
    }
}
