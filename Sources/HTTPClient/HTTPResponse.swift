// SPDX-License-Identifier: Apache-2.0

/// A complete HTTP response: head and the whole decoded body.
public struct HTTPResponse: Sendable {
    /// The status code, 100 to 999.
    public var status: Int
    /// The header lines of the final response, in the order they came.
    public var headers: [HTTPHeader]
    /// The body, content encoding undone.
    public var body: [UInt8]
    /// Bytes of head and body as they came over the wire, before decoding.
    public var receivedBytes: Int

    /// A response of these parts.
    public init(status: Int, headers: [HTTPHeader], body: [UInt8], receivedBytes: Int) {
        self.status = status
        self.headers = headers
        self.body = body
        self.receivedBytes = receivedBytes
    }

    /// The value of the first header called `name`, whatever its case.
    public func header(_ name: String) -> String? {
        headers.first { $0.isNamed(name) }?.value
    }
}
