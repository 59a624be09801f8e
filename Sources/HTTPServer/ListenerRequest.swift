// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A complete HTTP request, including its body.
public struct ListenerRequest: Sendable {
    /// The method as received, such as `GET`.
    public var method: String
    /// The percent-decoded path, without the query; `/` if the target has none.
    public var path: String
    /// The request target as received.
    public var rawTarget: String
    /// The decoded query parameters in order; `+` means a space, a name without `=` has an empty value.
    public var query: [(name: String, value: String)]
    /// The header lines in the order received.
    public var headers: [(name: String, value: String)]
    /// The body, up to ``ListenerSettings/maxBodyBytes`` bytes.
    public var body: [UInt8]
    /// The peer's `address:port`; nil if unknown.
    public var remoteAddress: String?

    /// Creates a request, with path and query decoded from `target`.
    public init(
        method: String, target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        remoteAddress: String? = nil
    ) {
        self.method = method
        self.rawTarget = target
        (path, query) = Self.parts(of: target)
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// Returns the value of the first header with the name `name`, ignoring case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// Returns the values of all headers with the name `name`, ignoring case, in order.
    public func headerValues(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    /// Returns the values of all query parameters with the name `name`, in order.
    public func queryValues(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }

    /// Decodes the path and query of a request target.
    ///
    /// Never fails: an invalid escape is kept, and bytes that are not UTF-8 become U+FFFD. A malformed target is an
    /// unknown path, not a bad request.
    private static func parts(of target: String) -> (path: String, query: [(name: String, value: String)]) {
        var rest = Substring(target)
        // The absolute form, sent to proxies: http://host/path.
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest.firstIndex { $0 == "/" || $0 == "?" }.map { rest[$0...] } ?? ""
        }
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let mark = rest.firstIndex(of: "?")
        let rawPath = mark.map { rest[..<$0] } ?? rest
        let query = mark.map { pairs(rest[rest.index(after: $0)...]) } ?? []
        return (rawPath.isEmpty ? "/" : decode(rawPath, plusIsSpace: false), query)
    }

    private static func pairs(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return (decode(pair, plusIsSpace: true), "") }
            return (
                decode(pair[..<equals], plusIsSpace: true),
                decode(pair[pair.index(after: equals)...], plusIsSpace: true)
            )
        }
    }

    private static func decode(_ text: Substring, plusIsSpace: Bool) -> String {
        // A literal plus sign is encoded as %2B.
        let text = plusIsSpace ? text.replacing("+", with: " ") : text
        return String(decoding: PercentEncoding.decode(text), as: UTF8.self)
    }
}
