// SPDX-License-Identifier: Apache-2.0

/// A complete HTTP response with the decoded body.
public struct HTTPResponse: Sendable {
    /// The status code, 100 to 999.
    public var status: Int
    /// The header lines of the final response, in the order received.
    public var headers: [HTTPHeader]
    /// The body, with the content encoding removed.
    public var body: [UInt8]
    /// The size of head and body on the wire, before decoding.
    public var receivedBytes: Int

    /// Creates a response.
    public init(status: Int, headers: [HTTPHeader], body: [UInt8], receivedBytes: Int) {
        self.status = status
        self.headers = headers
        self.body = body
        self.receivedBytes = receivedBytes
    }

    /// Returns the value of the first header with the name `name`, ignoring case.
    public func header(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }?.value
    }
}
