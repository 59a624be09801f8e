// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

extension SourceClient {
    /// Returns the failure for a response other than 200.
    /// - Parameter wallMicroseconds: this machine's clock when the response came, for a `Retry-After` date and for
    ///   detecting a wrong clock.
    static func failure(
        of response: HTTPResponse, _ credential: Credential, wallMicroseconds: Int64
    ) -> APIFailure {
        let body = ErrorBody(response.body).redacted()
        let skew = credential.isSigned ? response.clockSkew(wallMicroseconds: wallMicroseconds) : nil
        let message = body.message ?? "no error message in the response"
        return APIFailure(
            FailureTable.reason(status: response.status, code: body.code),
            skew.map { "\($0): \(message)" } ?? message, status: response.status, code: body.code,
            requestID: ErrorBody.redacted(response.header("X-Request-Id")) ?? body.requestID
                ?? ErrorBody.redacted(response.header("X-IAM-Trace-Id")),
            retryAfter: response.retryAfter(wallMicroseconds: wallMicroseconds))
    }

    /// Returns what a failure means for the whole source.
    static func outcome(of failure: APIFailure) -> SourceGate.Outcome {
        switch failure.reason {
        case .throttled: .throttled(retryAfter: failure.retryAfter)
        case .unauthenticated: .unauthenticated(failure)
        // A failing gateway has neither checked the credential nor counted the request; a 500 comes from the service
        // behind it.
        case .server: failure.status == 500 ? .answered : .inconclusive
        case .timeout, .network: .inconclusive
        default: failure.status == nil ? .inconclusive : .answered
        }
    }
}
