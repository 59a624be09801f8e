// SPDX-License-Identifier: Apache-2.0

/// The error of a request without a complete response.
public struct TransportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failures.
    public enum Kind: String, Sendable, CaseIterable {
        /// The host name could not be resolved.
        case resolve
        /// The connection to the host or proxy could not be established.
        case connect
        /// The connection broke, or the response was truncated.
        case interrupted
        /// The TLS handshake or the verification of a certificate failed.
        case tls
        /// ``HTTPRequest/timeout`` elapsed.
        case timeout
        /// The decoded body exceeds ``HTTPRequest/maxBodyBytes``, or the head is too large.
        case tooLarge
        /// The response isn't valid HTTP, or its body cannot be decoded.
        case malformed
        /// The calling task was canceled, or the transport was shut down.
        case canceled
        /// The request cannot be sent: an invalid URL or option.
        case invalidRequest
    }

    /// The kind of the failure.
    public var kind: Kind
    /// A message for logs, without headers and body of the request.
    public var message: String
    /// The number of bytes received before the failure.
    public var receivedBytes: Int
    /// The status, if a response head was received before the failure.
    public var status: Int?

    /// Creates a failure.
    public init(_ kind: Kind, _ message: String, receivedBytes: Int = 0, status: Int? = nil) {
        self.kind = kind
        self.message = message
        self.receivedBytes = receivedBytes
        self.status = status
    }

    /// Kind and message.
    public var description: String { "\(kind.rawValue): \(message)" }
}
