// SPDX-License-Identifier: Apache-2.0

/// A sample of a page.
struct PageSample {
    var name: String
    /// The labels in the order of the page, with unescaped values.
    var labels: [(name: String, value: String)]
    var value: String
    /// The type of its metric family: `gauge`, `counter`, `histogram` or `info`.
    var type: String

    func label(_ name: String) -> String? { labels.first { $0.name == name }?.value }

    /// Returns name and sorted labels, without the labels `left`.
    func key(without left: Set<String> = []) -> String {
        SeriesKey.text(name, labels.filter { !left.contains($0.name) }.map { ($0.name, $0.value) })
    }
}

/// The canonical text of a series, for comparisons.
enum SeriesKey {
    static func text(_ name: String, _ labels: [(String, String?)]) -> String {
        let present = labels.compactMap { label in label.1.map { (label.0, $0) } }.sorted { $0.0 < $1.0 }
        return name + "{" + present.map { "\($0)=\($1)" }.joined(separator: "\u{1}") + "}"
    }
}

struct PageError: Error, CustomStringConvertible {
    var description: String
}

/// A strict parser of pages in both formats, stricter than scrapers.
struct PageReader {
    private let isOpenMetrics: Bool
    private var family = ""
    private var type = ""
    private var seenFamilies: Set<String> = []
    private var seenSeries: Set<String> = []
    private var samples: [PageSample] = []

    /// Returns the samples of `page`.
    static func samples(of page: [UInt8], isOpenMetrics: Bool) throws(PageError) -> [PageSample] {
        var reader = PageReader(isOpenMetrics: isOpenMetrics)
        return try reader.read(page)
    }

    private init(isOpenMetrics: Bool) { self.isOpenMetrics = isOpenMetrics }

    private mutating func read(_ page: [UInt8]) throws(PageError) -> [PageSample] {
        guard page.last == UInt8(ascii: "\n") else {
            throw PageError(description: "the page does not end with a line feed")
        }
        guard let text = String(validating: page, as: UTF8.self) else {
            throw PageError(description: "the page is not UTF-8")
        }
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        if isOpenMetrics {
            guard let last = lines.popLast(), last.elementsEqual("# EOF".utf8) else {
                throw PageError(description: "the page does not end with # EOF")
            }
        }
        for line in lines {
            if line.first == UInt8(ascii: "#") {
                try readComment(String(Substring(line)))
            } else {
                try readSample(line)
            }
        }
        return samples
    }

    private mutating func readComment(_ line: String) throws(PageError) {
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0] == "#", ["HELP", "TYPE", "UNIT"].contains(words[1]) else {
            throw PageError(description: "an invalid comment: \(line)")
        }
        if words[2] != family {
            guard seenFamilies.insert(words[2]).inserted else {
                throw PageError(description: "the family \(words[2]) comes twice")
            }
            family = words[2]
            type = ""
        }
        if words[1] == "TYPE" {
            guard type.isEmpty else { throw PageError(description: "two types of \(family)") }
            type = words[3]
        }
    }

    private mutating func readSample(_ line: Substring.UTF8View) throws(PageError) {
        func odd(_ why: String) -> PageError { PageError(description: "\(why): \(Substring(line))") }
        guard let nameEnd = line.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: " ") }) else {
            throw odd("no value")
        }
        let name = String(Substring(line[..<nameEnd]))
        var labels: [(name: String, value: String)] = []
        var index = nameEnd
        if line[index] == UInt8(ascii: "{") {
            index = line.index(after: index)
            while true {
                guard let equals = line[index...].firstIndex(of: UInt8(ascii: "=")) else { throw odd("no =") }
                let label = String(Substring(line[index..<equals]))
                index = line.index(after: equals)
                guard index < line.endIndex, line[index] == UInt8(ascii: "\"") else { throw odd("no quote") }
                index = line.index(after: index)
                var value: [UInt8] = []
                while true {
                    guard index < line.endIndex else { throw odd("an unclosed quote") }
                    let byte = line[index]
                    index = line.index(after: index)
                    if byte == UInt8(ascii: "\"") { break }
                    guard byte == UInt8(ascii: "\\") else {
                        value.append(byte)
                        continue
                    }
                    guard index < line.endIndex else { throw odd("an incomplete escape") }
                    switch line[index] {
                    case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
                    case UInt8(ascii: "\\"), UInt8(ascii: "\""): value.append(line[index])
                    default: throw odd("an unknown escape")
                    }
                    index = line.index(after: index)
                }
                guard !labels.contains(where: { $0.name == label }) else { throw odd("a label twice") }
                labels.append((label, String(decoding: value, as: UTF8.self)))
                guard index < line.endIndex else { throw odd("an unclosed brace") }
                let next = line[index]
                index = line.index(after: index)
                if next == UInt8(ascii: "}") { break }
                guard next == UInt8(ascii: ",") else { throw odd("no comma") }
            }
        }
        guard index < line.endIndex, line[index] == UInt8(ascii: " ") else { throw odd("no space before the value") }
        let value = String(Substring(line[line.index(after: index)...]))
        guard let number = Double(value), number.isFinite else { throw odd("no finite value") }
        guard suffixes.contains(where: { family + $0 == name }) else { throw odd("not of the family \(family)") }
        let sample = PageSample(name: name, labels: labels, value: value, type: isInfo ? "info" : type)
        guard seenSeries.insert(sample.key()).inserted else { throw odd("a series twice") }
        samples.append(sample)
    }

    private var isInfo: Bool { type == "info" || type == "gauge" && family.hasSuffix("_info") }

    /// Suffixes of sample names by family type.
    private var suffixes: [String] {
        switch (type, isOpenMetrics) {
        case ("histogram", _): ["_bucket", "_sum", "_count"]
        case ("counter", true): ["_total"]
        case ("info", true): ["_info"]
        case ("gauge", _), ("counter", false): [""]
        default: []
        }
    }
}
