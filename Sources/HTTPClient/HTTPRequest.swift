// SPDX-License-Identifier: Apache-2.0

/// An HTTP header line.
public struct HTTPHeader: Sendable, Equatable {
    /// The name as sent or received; ``isNamed(_:)`` ignores case.
    public var name: String
    /// The value without surrounding white space.
    public var value: String

    /// Creates a header line.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether the header has the name `name`, ignoring the case of ASCII letters.
    public func isNamed(_ name: String) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        return self.name.utf8.count == name.utf8.count
            && zip(self.name.utf8, name.utf8).allSatisfy { lower($0) == lower($1) }
    }
}

/// An HTTP request to send, with its limits.
public struct HTTPRequest: Sendable {
    /// The methods that the exporter uses.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    /// The method; a body is sent only with POST and PUT.
    public var method: Method
    /// The absolute, percent-encoded URL; sent unchanged.
    public var url: String
    /// The header lines, in addition to those of the transport (`Host`, `Accept-Encoding`).
    public var headers: [HTTPHeader]
    /// The body, or nil for none.
    public var body: [UInt8]?
    /// The timeout for the whole request, from connecting to the last byte of the response.
    public var timeout: Duration
    /// The maximum size of the decoded response body; beyond it the request fails with
    /// ``TransportFailure/Kind/tooLarge``.
    public var maxBodyBytes: Int

    /// Creates a request. `timeout` and `maxBodyBytes` have no default, so that no request is unlimited by accident.
    public init(
        method: Method = .get,
        url: String,
        headers: [HTTPHeader] = [],
        body: [UInt8]? = nil,
        timeout: Duration,
        maxBodyBytes: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.maxBodyBytes = maxBodyBytes
    }
}
