// SPDX-License-Identifier: Apache-2.0

/// One header line. Names are compared without regard to case.
public struct HTTPHeader: Sendable, Equatable {
    /// The name as it is sent or as it came.
    public var name: String
    /// The value without surrounding white space.
    public var value: String

    /// A header line of `name` and `value`.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it is called `name`, whatever the case of ASCII letters.
    public func isNamed(_ name: String) -> Bool {
        func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
        return self.name.utf8.count == name.utf8.count
            && zip(self.name.utf8, name.utf8).allSatisfy { lower($0) == lower($1) }
    }
}

/// One HTTP exchange to carry out.
public struct HTTPRequest: Sendable {
    /// The methods this program ever uses.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    /// The method; a body is sent only with POST and PUT.
    public var method: Method
    /// The absolute URL, already percent-encoded; it is sent exactly as it stands here.
    public var url: String
    /// Header lines to send beside those the transport adds (`Host`, `Accept-Encoding`).
    public var headers: [HTTPHeader]
    /// The body, or nil for none.
    public var body: [UInt8]?
    /// How long the whole exchange may take, from connecting to the last byte.
    public var timeout: Duration
    /// How many decoded body bytes may come; one more ends the exchange with ``TransportFailure/Kind/tooLarge``.
    public var maxBodyBytes: Int

    /// An exchange; `timeout` and `maxBodyBytes` have no default, because each forgotten one would be a hang or a
    /// memory leak.
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
