// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// The canonical form of a request, which is what is signed: method, path, query, headers and the body's digest.
struct CanonicalRequest {
    /// The path, encoded segment by segment, with a trailing slash.
    let uri: String
    /// The query, sorted and encoded; must also be sent in this form.
    let query: String
    /// The names of the signed headers, sorted, joined by semicolons.
    let signedHeaders: String
    /// The body's SHA-256 in hexadecimal, or the value of `X-Sdk-Content-Sha256`.
    let payloadHash: String
    /// The whole canonical request.
    let text: String

    private static let contentHash = "x-sdk-content-sha256"

    /// Creates the canonical form of a request. All `headers` are signed except those with an underscore in the name.
    init(method: String, url: URLParts, headers: [HTTPHeader], body: [UInt8]) {
        uri = Self.uri(url.path)
        query = Self.query(url.query)
        let signed = headers.filter { !$0.name.contains("_") }
            .map { (name: $0.name.lowercased(), value: String($0.value.trimmingBlanks)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        signedHeaders = signed.map(\.name).joined(separator: ";")
        let given = signed.first { $0.name == Self.contentHash }?.value
        payloadHash =
            body.isEmpty
            ? SHA256Digest.hexadecimal(SHA256Digest.digest(of: []))
            : given ?? SHA256Digest.hexadecimal(SHA256Digest.digest(of: body))
        let lines = signed.map { "\($0.name):\($0.value)\n" }.joined()
        text = [method, uri, query, lines, signedHeaders, payloadHash].joined(separator: "\n")
    }

    private static func uri(_ path: String) -> String {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let encoded = segments.map { PercentEncoding.encode(PercentEncoding.decode($0)) }.joined(separator: "/")
        return encoded.hasSuffix("/") ? encoded : encoded + "/"
    }

    /// Returns the query sorted by decoded names and values.
    private static func query(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                name: PercentEncoding.decode(parts[0]), value: parts.count > 1 ? PercentEncoding.decode(parts[1]) : []
            )
        }
        let sorted = pairs.sorted { left, right in
            if left.name != right.name { return left.name.lexicographicallyPrecedes(right.name) }
            return left.value.lexicographicallyPrecedes(right.value)
        }
        return sorted.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
            .joined(separator: "&")
    }
}

extension StringProtocol {
    /// The text without leading and trailing spaces and tabs.
    var trimmingBlanks: SubSequence {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let rest = drop(while: isBlank)
        return rest[..<(rest.lastIndex { !isBlank($0) }.map { rest.index(after: $0) } ?? rest.startIndex)]
    }
}

/// The parts of a URL that enter the signature.
struct URLParts {
    /// Scheme and authority, unchanged.
    let origin: String
    /// The value of the `Host` header: host, and port unless it is the scheme's default.
    let host: String
    /// The path, unchanged; `/` if absent.
    let path: String
    /// The query without the question mark.
    let query: String

    /// Splits an absolute `url`.
    init(_ url: String) {
        let schemeEnd = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[schemeEnd...].firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? url.endIndex
        origin = String(url[..<end])
        var authority = url[schemeEnd..<end]
        if let at = authority.lastIndex(of: "@") { authority = authority[authority.index(after: at)...] }
        let defaultPort = url.prefix(6).lowercased() == "https:" ? ":443" : ":80"
        host = String(authority.hasSuffix(defaultPort) ? authority.dropLast(defaultPort.count) : authority)
        let rest = url[end...].prefix { $0 != "#" }
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        path = mark == rest.startIndex ? "/" : String(rest[..<mark])
        query = String(rest[mark...].dropFirst())
    }
}
