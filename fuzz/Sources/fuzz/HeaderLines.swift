// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition

@testable import Negotiation

/// Negotiates with the input as lines of `Accept`, `Accept-Encoding` and `Accept-Language`.
func checkNegotiation(_ input: UnsafeBufferPointer<UInt8>) {
    let lines = input.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let format = Negotiation.format(accept: lines)
    let gzip = Negotiation.acceptsGzip(acceptEncoding: lines)
    let language = Negotiation.language(acceptLanguage: lines)
    let lower = input.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if format == .openMetrics {
        require(contains(lower, Array("application/openmetrics-text".utf8)), "OpenMetrics was not requested")
        require(contains(lower, Array("1.0.0".utf8)), "the version was not requested")
    }
    require(!gzip || contains(lower, Array("gzip".utf8)) || lower.contains(UInt8(ascii: "*")), "gzip was not requested")
    require(
        language == .english || contains(lower, Array("zh".utf8)) || lower.contains(UInt8(ascii: "*")),
        "Chinese was not requested")
    // An open quote would include text appended to the line.
    guard !input.contains(UInt8(ascii: "\"")) else { return }
    let variants: [(name: String, lines: [String])] = [
        ("upper case", input.split(separator: UInt8(ascii: "\n")).map(inUpperCase)),
        ("one line", [lines.joined(separator: ", ")]),
        ("another type", lines + ["x/y;q=1"]),
        ("an empty element", lines.map { ",\($0) ,\t," }),
        ("a mark after the comma", lines.map { $0 + ",\u{301}" }),
        ("a mark after the semicolon", lines.map { $0 + ";\u{301}" }),
    ]
    for variant in variants {
        require(Negotiation.format(accept: variant.lines) == format, "\(variant.name) changes the format")
        require(Negotiation.acceptsGzip(acceptEncoding: variant.lines) == gzip, "\(variant.name) changes gzip")
        require(
            Negotiation.language(acceptLanguage: variant.lines) == language, "\(variant.name) changes the language")
    }
}

private func inUpperCase(_ line: some Sequence<UInt8>) -> String {
    String(decoding: line.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }, as: UTF8.self)
}
