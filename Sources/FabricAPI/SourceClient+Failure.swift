// SPDX-License-Identifier: Apache-2.0
internal import FabricAuth
internal import FabricModel
internal import Transport

extension SourceClient {
    /// The failure that a response other than 200 stands for.
    static func failure(of response: HTTPResponse, _ credential: Credential) -> APIFailure {
        let body = ErrorBody(response.body)
        let code = body.code.map { credential.redacting(String($0.prefix(64))) }
        let message = body.message.map { String(credential.redacting($0).prefix(ErrorBody.messageLimit)) }
        let requestID = response.header("X-Request-Id") ?? body.requestID ?? response.header("X-IAM-Trace-Id")
        return APIFailure(
            FailureTable.reason(status: response.status, code: body.code),
            message ?? "the service gave no reason",
            status: response.status,
            code: code,
            requestID: requestID.map { credential.redacting(String($0.prefix(64))) },
            retryAfter: response.header("Retry-After").flatMap(retryAfter)
        )
    }

    /// What a failure says about the source as a whole.
    static func outcome(of failure: APIFailure) -> SourceGate.Outcome {
        switch failure.reason {
        case .throttled: .throttled(retryAfter: failure.retryAfter)
        case .unauthenticated: .unauthenticated(failure)
        default: failure.status == nil ? .noAnswer : .answered
        }
    }

    /// `Retry-After` in seconds. Its other form, a date, is not used by the service: it needs two clocks to agree.
    private static func retryAfter(_ value: String) -> Duration? {
        guard let seconds = UInt32(value), seconds > 0 else { return nil }
        return .seconds(Int(seconds))
    }
}
