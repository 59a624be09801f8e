// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Logging

extension APIFailure {
    /// The fields of log lines about the failure.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = ["reason": "\(reason.rawValue)", "error": "\(message)"]
        if let status { metadata["http_status"] = .stringConvertible(status) }
        if let code { metadata["error_code"] = "\(code)" }
        if let requestID { metadata["request_id"] = "\(requestID)" }
        return metadata
    }
}

extension Logger {
    /// Logs a failure: as an error when it begins or its reason changes, else at debug level.
    /// - Parameters:
    ///   - previous: the reason of the previous failure; nil if there was none since the last success.
    ///   - began: the message when it begins.
    ///   - continued: the message while the reason stays the same.
    ///   - changed: the message when the reason changes.
    func note(
        _ failure: APIFailure, previous: FailureReason?, _ began: Logger.Message, continued: Logger.Message,
        changed: Logger.Message
    ) {
        switch previous {
        case nil: error(began, metadata: failure.logMetadata)
        case failure.reason: debug(continued, metadata: failure.logMetadata)
        default: error(changed, metadata: failure.logMetadata)
        }
    }
}
