// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// An answer of the API. Those that refuse a request are thrown, in the shape the documents give them.
struct APIAnswer: Error {
    var status = 200
    var body: JSONValue
    var headers: [(String, String)] = []

    static func badRequest(_ message: String) -> APIAnswer {
        APIAnswer(status: 400, body: ["error_code": "common.01000001", "error_msg": .string(message)])
    }

    static let badToken = APIAnswer(
        status: 401,
        body: ["error_code": "APIG.1002", "error_msg": "Incorrect token or token resolution failed"])

    /// The gateway says so of a signature.
    static func badSignature(_ message: String) -> APIAnswer {
        let message = "Incorrect IAM authentication information: " + message
        return APIAnswer(status: 401, body: ["error_code": "APIG.0301", "error_msg": .string(message)])
    }

    /// IAM's errors are nested, their code a number.
    static func wrongPassword(_ message: String) -> APIAnswer {
        APIAnswer(
            status: 401, body: ["error": ["code": 401, "message": .string(message), "title": "Unauthorized"]])
    }

    /// The page shows this one with a number in `error_code` and a string in `error.code`.
    static let forbidden = APIAnswer(
        status: 403,
        body: [
            "error": ["code": "403", "message": "X-Auth-Token is invalid in the request", "title": "Forbidden"],
            "error_code": 403, "error_msg": "X-Auth-Token is invalid in the request", "title": "Forbidden",
        ])

    /// 400 and not 404, as the table of error codes says.
    static let noWorkspace = APIAnswer(
        status: 400,
        body: ["error_code": "dataartsfabric.00010003", "error_msg": "The workspace does not exist."])

    static func noSuchAPI(requestID: String) -> APIAnswer {
        gateway(404, "APIG.0101", "The API does not exist or has not been published in the environment", requestID)
    }

    /// The gateway's own errors carry the request id in the body.
    static func gateway(
        _ status: Int, _ code: String, _ message: String, _ requestID: String, retryAfter: String? = nil
    ) -> APIAnswer {
        APIAnswer(
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
