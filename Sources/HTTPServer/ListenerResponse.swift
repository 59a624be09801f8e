// SPDX-License-Identifier: Apache-2.0

/// What a handler answers.
///
/// The listener sets `Content-Length`, `Transfer-Encoding` and `Connection` itself and ignores the first two where a
/// handler gives them; a `Connection: close` of the handler closes the connection after the response.
public struct ListenerResponse: Sendable {
    /// The status code, 200 to 999.
    public var status: Int
    /// The header lines, sent in this order.
    public var headers: [(String, String)]
    /// The body; for HEAD only its length is used.
    public var body: Body

    /// What follows the head.
    public enum Body: Sendable {
        /// Nothing: `Content-Length: 0`.
        case none
        /// These bytes.
        case bytes([UInt8])
        /// These pieces, one after the other; `Content-Length` is the sum of theirs.
        case pieces([[UInt8]])
        /// What the closure writes. With a length it must write exactly that many bytes; without one the body is
        /// chunked, or ends with the connection for HTTP/1.0. The head is sent with the first write (even an empty
        /// one), so that a closure that throws before it leaves the client without any response. Not called for HEAD.
        case stream(contentLength: Int?, @Sendable (BodyWriter) async throws -> Void)
    }

    /// A response of these parts.
    public init(status: Int, headers: [(String, String)] = [], body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// A response with `text` as its body, and with `headers` beside its `Content-Type`.
    public static func text(
        _ status: Int, _ text: String, contentType: String = "text/plain; charset=utf-8",
        headers: [(String, String)] = []
    ) -> ListenerResponse {
        ListenerResponse(
            status: status, headers: [("Content-Type", contentType)] + headers, body: .bytes(Array(text.utf8)))
    }
}

/// Thrown by a streamed body to close the connection at once, without a proper end of the response.
public struct ConnectionAbort: Error {
    /// Whether the peer sees a reset (RST) in place of an orderly close.
    public var reset: Bool

    /// An abort, with a reset where `reset` is true.
    public init(reset: Bool = false) {
        self.reset = reset
    }
}
