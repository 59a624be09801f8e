// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A complete request: its body has been collected before the handler sees it.
public struct ListenerRequest: Sendable {
    /// The method in upper case, as it came.
    public var method: String
    /// The percent-decoded path, without the query; `/` where the target has none.
    public var path: String
    /// The request target exactly as it came.
    public var rawTarget: String
    /// The decoded query in the order it came; `+` stands for a space, a name without `=` has an empty value.
    public var query: [(name: String, value: String)]
    /// The header lines in the order they came.
    public var headers: [(name: String, value: String)]
    /// The body, at most ``ListenerSettings/maxBodyBytes`` long.
    public var body: [UInt8]
    /// The peer as `address:port`, nil where the socket does not say.
    public var remoteAddress: String?

    /// A request for `target`, whose path and query are decoded here.
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

    /// The value of the first header called `name`, whatever its case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    /// The values of all headers called `name`, whatever its case, in order.
    public func headerValues(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
    }

    /// The values of all query parameters called `name`, in order.
    public func queryValues(_ name: String) -> [String] {
        query.filter { $0.name == name }.map(\.value)
    }

    /// Path and query of a request target, decoded.
    ///
    /// Nothing here fails: a stray `%` stays as it is and bytes that are not UTF-8 become U+FFFD, because an odd target
    /// is an unknown path, not a broken request.
    private static func parts(of target: String) -> (path: String, query: [(name: String, value: String)]) {
        var rest = Substring(target)
        // The absolute form, as proxies send it: http://host/path.
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
        // A plus that is meant stands as %2B.
        let text = plusIsSpace ? text.replacing("+", with: " ") : text
        return String(decoding: PercentEncoding.decode(text), as: UTF8.self)
    }
}
