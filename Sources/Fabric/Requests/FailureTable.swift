// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

/// Classifies failed requests: the reason, and whether to retry.
enum FailureTable {
    /// Returns the reason for a request without a complete response.
    static func reason(for failure: TransportFailure) -> FailureReason {
        switch failure.kind {
        case .resolve, .connect, .interrupted, .canceled, .invalidRequest: .network
        case .tls: .tls
        case .timeout: .timeout
        case .tooLarge, .malformed: .response
        }
    }

    /// Returns the reason for an error response. Error codes take precedence over the status, because the gateway sends
    /// one code with several statuses, and the service reports an unknown workspace with 400.
    static func reason(status: Int, code: String?) -> FailureReason {
        if code == "dataartsfabric.00010003" || code == "dataartsfabric.00010009" { return .notFound }
        if isThrottled(status: status, code: code) { return .throttled }
        switch status {
        case 401: return .unauthenticated
        case 403: return .forbidden
        case 404: return .notFound
        case 408, 504: return .timeout
        case 400..<500: return .badRequest
        case 500...: return .server
        default: return .response
        }
    }

    /// The error codes of Fabric, IAM, STS and the metadata service that mean throttling, with any status.
    static let throttlingCodes: Set<String> = ["APIG.0308", "APIGW.0308", "IAM.0012"]

    /// Returns whether a response with this status and error code means throttling.
    static func isThrottled(status: Int, code: String?) -> Bool {
        status == 429 || code.map(throttlingCodes.contains) ?? false
    }

    /// Returns whether a retry within the poll may succeed. Of the server errors only 500, 502 and 503: others (501,
    /// 505 …) are permanent.
    static func isRetryable(_ failure: APIFailure) -> Bool {
        switch failure.reason {
        case .network, .timeout, .throttled: true
        case .server: failure.status == 500 || failure.status == 502 || failure.status == 503
        default: false
        }
    }
}
