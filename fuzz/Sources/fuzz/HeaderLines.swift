// SPDX-License-Identifier: Apache-2.0
import Exposition

@testable import Negotiation

/// Lines of `Accept` or `Accept-Encoding`, one after the other.
func checkNegotiation(_ input: UnsafeBufferPointer<UInt8>) {
    let lines = input.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let format = Negotiation.format(accept: lines)
    let gzip = Negotiation.takesGzip(acceptEncoding: lines)
    let lower = input.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    if format == .openMetrics {
        require(contains(lower, Array("application/openmetrics-text".utf8)), "OpenMetrics, which nobody named")
        require(contains(lower, Array("1.0.0".utf8)), "a version that nobody named")
    }
    require(!gzip || contains(lower, Array("gzip".utf8)) || lower.contains(UInt8(ascii: "*")), "gzip unasked")
    // A quote may run to the end of its line and swallow what is put there.
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
        require(Negotiation.takesGzip(acceptEncoding: variant.lines) == gzip, "\(variant.name) changes gzip")
    }
}

private func inUpperCase(_ line: some Sequence<UInt8>) -> String {
    String(decoding: line.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 }, as: UTF8.self)
}
