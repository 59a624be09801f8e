// SPDX-License-Identifier: Apache-2.0

/// A handler's response.
///
/// The listener sets `Content-Length`, `Transfer-Encoding` and `Connection`. It ignores the first two in ``headers``;
/// `Connection: close` closes the connection after the response.
public struct ListenerResponse: Sendable {
    /// The status code, 200 to 999.
    public var status: Int
    /// The header lines, in order.
    public var headers: [(String, String)]
    /// The body; only its length is used for HEAD requests.
    public var body: Body

    /// The body of a response.
    public enum Body: Sendable {
        /// An empty body: `Content-Length: 0`.
        case none
        /// The bytes of the body.
        case bytes([UInt8])
        /// The body in pieces; `Content-Length` is their total.
        case pieces([[UInt8]])
        /// The bytes written by the closure. With a length, it must write exactly that many. Without one, the body is
        /// chunked, or ends with the connection in HTTP/1.0. The head is sent with the first write, even an empty one;
        /// if the closure throws before, the client receives no response. Not called for HEAD requests.
        case stream(contentLength: Int?, @Sendable (BodyWriter) async throws -> Void)
    }

    /// Creates a response.
    public init(status: Int, headers: [(String, String)] = [], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Returns a response with `text` as its body and `headers` in addition to `Content-Type`.
    public static func text(
        _ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8",
        headers: [(String, String)] = []
    ) -> ListenerResponse {
        ListenerResponse(
            status: status, headers: [("Content-Type", contentType)] + headers, body: .bytes(Array(text.utf8)))
    }
}

/// Thrown by a streamed body to close the connection immediately, without completing the response.
public struct ConnectionAbort: Error {
    /// Whether the connection is reset (RST) rather than closed.
    public var reset: Bool

    /// Creates an abort.
    public init(reset: Bool = false) {
        self.reset = reset
    }
}
