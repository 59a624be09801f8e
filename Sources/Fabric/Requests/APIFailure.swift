// SPDX-License-Identifier: Apache-2.0

/// Why an operation of the Fabric API failed.
public struct APIFailure: Error, Sendable, Equatable {
    /// The reason, as in the label `reason`.
    public var reason: FailureReason
    /// A description with the service's message: secrets redacted, truncated to 1,000 bytes.
    public var message: String
    /// The HTTP status; nil without a response.
    public var status: Int?
    /// The service's error code (`APIG.0308`, `dataartsfabric.00010003` …).
    public var code: String?
    /// The service's ID of the request, for support cases.
    public var requestID: String?
    /// The pause that the service asked for (`Retry-After`).
    public var retryAfter: Duration?

    /// Creates a failure.
    public init(
        _ reason: FailureReason,
        _ message: String,
        status: Int? = nil,
        code: String? = nil,
        requestID: String? = nil,
        retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.message = message
        self.status = status
        self.code = code
        self.requestID = requestID
        self.retryAfter = retryAfter
    }
}

extension APIFailure: CustomStringConvertible {
    /// Reason, status, code, message and request ID in one line.
    public var description: String {
        var text = reason.rawValue
        if let status { text += " (HTTP \(status))" }
        text += ": "
        if let code { text += "\(code): " }
        text += message
        if let requestID { text += " [request id \(requestID)]" }
        return text
    }
}
