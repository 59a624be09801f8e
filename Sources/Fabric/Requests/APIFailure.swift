// SPDX-License-Identifier: Apache-2.0

/// Why an operation of the Fabric API failed, in the words of the polling contract.
public struct APIFailure: Error, Sendable, Equatable {
    /// The reason, as the metrics name it.
    public var reason: FailureReason
    /// What happened, in one sentence: at most 200 characters of what the service said, secrets struck out.
    public var message: String
    /// The HTTP status, where a response came.
    public var status: Int?
    /// The service's error code (`APIG.0308`, `dataartsfabric.00010003` …).
    public var code: String?
    /// The service's id of the request, for support cases.
    public var requestID: String?
    /// How long the service asked to be left alone.
    public var retryAfter: Duration?

    /// A failure of these parts.
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
    /// Reason, status, code, message and request id in one line.
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
