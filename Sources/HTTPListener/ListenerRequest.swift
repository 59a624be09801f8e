// SPDX-License-Identifier: Apache-2.0

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
        method: String,
        target: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        remoteAddress: String? = nil
    ) {
        let parts = RequestTarget(target)
        self.method = method
        self.rawTarget = target
        self.path = parts.path
        self.query = parts.query
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
}
