// SPDX-License-Identifier: Apache-2.0
internal import FabricAuth
internal import FabricModel
internal import Transport

extension SourceClient {
    /// The failure that a response other than 200 stands for.
    /// - Parameter wallMicroseconds: this machine's clock when the response came: for a `Retry-After` that is a date, and for
    ///   a clock that is wrong.
    static func failure(
        of response: HTTPResponse, _ credential: Credential, wallMicroseconds: Int64
    ) -> APIFailure {
        let body = ErrorBody(response.body)
        // Struck out first and cut then: half a secret would not be found.
        func cleaned(_ text: String?, limit: Int) -> String? {
            text.map { String(credential.redacting($0).prefix(limit)) }
        }
        let requestID = response.header("X-Request-Id") ?? body.requestID ?? response.header("X-IAM-Trace-Id")
        let skew =
            credential.isSigned ? ClockSkew.sentence(response, wallMicroseconds: wallMicroseconds) : nil
        let message = cleaned(body.message, limit: 200) ?? "the service gave no reason"
        return APIFailure(
            FailureTable.reason(status: response.status, code: body.code),
            skew.map { "\($0): \(message)" } ?? message,
            status: response.status,
            code: cleaned(body.code, limit: 64),
            requestID: cleaned(requestID, limit: 64),
            retryAfter: RetryAfter.pause(in: response, wallMicroseconds: wallMicroseconds)
        )
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
