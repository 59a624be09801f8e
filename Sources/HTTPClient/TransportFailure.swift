// SPDX-License-Identifier: Apache-2.0

/// Why an exchange brought no complete response.
public struct TransportFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The closed set of causes.
    public enum Kind: String, Sendable, CaseIterable {
        /// The host name could not be resolved.
        case resolve
        /// No connection to host or proxy.
        case connect
        /// The connection broke, or the body ended before its end.
        case interrupted
        /// Certificate or handshake.
        case tls
        /// ``HTTPRequest/timeout`` ran out.
        case timeout
        /// More decoded bytes than ``HTTPRequest/maxBodyBytes``, or a head beyond all measure.
        case tooLarge
        /// What came is not HTTP, or its encoding cannot be undone.
        case malformed
        /// The task that waited was cancelled, or the transport was shut down.
        case cancelled
        /// The request itself cannot be sent: an impossible URL or option.
        case invalidRequest
    }

    /// What happened.
    public var kind: Kind
    /// A sentence for logs; holds no header and no body of the request.
    public var message: String
    /// The bytes that came before it failed.
    public var receivedBytes: Int
    /// The status, where a response head had come before the failure.
    public var status: Int?

    /// A failure of `kind`.
    public init(_ kind: Kind, _ message: String, receivedBytes: Int = 0, status: Int? = nil) {
        self.kind = kind
        self.message = message
        self.receivedBytes = receivedBytes
        self.status = status
    }

    /// Kind and message.
    public var description: String { "\(kind.rawValue): \(message)" }
}
