// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

/// The polling contract's failure table: what came, what it is called, whether it is worth another try.
enum FailureTable {
    /// The reason for an exchange that brought no complete response.
    static func reason(for failure: TransportFailure) -> FailureReason {
        switch failure.kind {
        case .resolve, .connect, .interrupted, .canceled, .invalidRequest: .network
        case .tls: .tls
        case .timeout: .timeout
        case .tooLarge, .malformed: .response
        }
    }

    /// The reason for a response that is no success; codes go before the status, because the gateway gives one code
    /// several statuses and the service says "no such workspace" with a 400.
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

    /// Error codes that mean throttling whatever the status, of Fabric, IAM, STS and the metadata service: the gateway
    /// gives them several.
    static let throttlingCodes: Set<String> = ["APIG.0308", "APIGW.0308", "IAM.0012"]

    /// Whether a response with this status and error code means that the service throttles.
    static func isThrottled(status: Int, code: String?) -> Bool {
        status == 429 || code.map(throttlingCodes.contains) ?? false
    }

    /// Whether a failure may go away by itself within a poll. A 5xx that the table does not name (501, 505 …) says that
    /// the service will never do it, so only 500, 502 and 503 are tried again.
    static func isRetryable(_ failure: APIFailure) -> Bool {
        switch failure.reason {
        case .network, .timeout, .throttled: true
        case .server: failure.status == 500 || failure.status == 502 || failure.status == 503
        default: false
        }
    }
}
