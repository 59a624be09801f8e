// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

extension SourceClient {
    /// The failure that a response other than 200 stands for.
    /// - Parameter wallMicroseconds: this machine's clock when the response came: for a `Retry-After` that is a date, and for
    ///   a clock that is wrong.
    static func failure(
        of response: HTTPResponse, _ credential: Credential, wallMicroseconds: Int64
    ) -> APIFailure {
        let body = ErrorBody(response.body).redacted()
        let skew = credential.isSigned ? response.clockSkew(wallMicroseconds: wallMicroseconds) : nil
        let message = body.message ?? "the service gave no reason"
        return APIFailure(
            FailureTable.reason(status: response.status, code: body.code),
            skew.map { "\($0): \(message)" } ?? message, status: response.status, code: body.code,
            requestID: ErrorBody.redacted(response.header("X-Request-Id")) ?? body.requestID
                ?? ErrorBody.redacted(response.header("X-IAM-Trace-Id")),
            retryAfter: response.retryAfter(wallMicroseconds: wallMicroseconds))
    }

    /// What a failure says about the source as a whole.
    static func outcome(of failure: APIFailure) -> SourceGate.Outcome {
        switch failure.reason {
        case .throttled: .throttled(retryAfter: failure.retryAfter)
        case .unauthenticated: .unauthenticated(failure)
        // A gateway in trouble has not looked at the credential and not counted the request; a 500 comes from behind it.
        case .server: failure.status == 500 ? .answered : .noAnswer
        case .timeout, .network: .noAnswer
        default: failure.status == nil ? .noAnswer : .answered
        }
    }
}
