// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// A response of the API. Errors are thrown, in the format that the documentation shows.
struct APIResponse: Error {
    var status = 200
    var body: JSONValue
    var headers: [(String, String)] = []

    static func badRequest(_ message: String) -> APIResponse {
        APIResponse(status: 400, body: ["error_code": "common.01000001", "error_msg": .string(message)])
    }

    static let badToken = APIResponse(
        status: 401,
        body: ["error_code": "APIG.1002", "error_msg": "Incorrect token or token resolution failed"])

    /// The gateway's error for an invalid signature.
    static func badSignature(_ message: String) -> APIResponse {
        let message = "Incorrect IAM authentication information: " + message
        return APIResponse(status: 401, body: ["error_code": "APIG.0301", "error_msg": .string(message)])
    }

    /// IAM's errors are nested and have a numeric code.
    static func wrongPassword(_ message: String) -> APIResponse {
        APIResponse(
            status: 401, body: ["error": ["code": 401, "message": .string(message), "title": "Unauthorized"]])
    }

    /// The documentation shows this error with a number in `error_code` and a string in `error.code`.
    static let forbidden = APIResponse(
        status: 403,
        body: [
            "error": ["code": "403", "message": "X-Auth-Token is invalid in the request", "title": "Forbidden"],
            "error_code": 403, "error_msg": "X-Auth-Token is invalid in the request", "title": "Forbidden",
        ])

    /// 400 rather than 404, as in the documented table of error codes.
    static let noWorkspace = APIResponse(
        status: 400,
        body: ["error_code": "dataartsfabric.00010003", "error_msg": "The workspace does not exist."])

    static func noSuchAPI(requestID: String) -> APIResponse {
        gateway(404, "APIG.0101", "The API does not exist or has not been published in the environment", requestID)
    }

    /// The gateway's own errors have the request id in the body.
    static func gateway(
        _ status: Int, _ code: String, _ message: String, _ requestID: String, retryAfter: String? = nil
    ) -> APIResponse {
        APIResponse(
            status: status,
            body: ["error_msg": .string(message), "error_code": .string(code), "request_id": .string(requestID)],
            headers: retryAfter.map { [("Retry-After", $0)] } ?? [])
    }

    func response(requestID: String) -> ListenerResponse {
        ListenerResponse(
            status: status,
            headers: [("Content-Type", "application/json"), ("X-request-id", requestID)] + headers,
            body: .bytes(body.utf8))
    }
}
