// SPDX-License-Identifier: Apache-2.0
import HTTPListener

/// An error answer in the shape the documents give it.
struct APIError: Error {
    var status: Int
    var body: JSONValue
    var headers: [(String, String)] = []

    static func badRequest(_ message: String) -> APIError {
        APIError(
            status: 400,
            body: .object([("error_code", .string("common.01000001")), ("error_msg", .string(message))])
        )
    }

    static let badToken = APIError(
        status: 401,
        body: .object([
            ("error_code", .string("APIG.1002")),
            ("error_msg", .string("Incorrect token or token resolution failed")),
        ])
    )

    /// The gateway says so of a signature.
    static func badSignature(_ message: String) -> APIError {
        APIError(
            status: 401,
            body: .object([
                ("error_code", .string("APIG.0301")),
                ("error_msg", .string("Incorrect IAM authentication information: " + message)),
            ])
        )
    }

    /// IAM's errors are nested, their code a number.
    static func wrongPassword(_ message: String) -> APIError {
        let error: [(String, JSONValue)] = [
            ("code", .int(401)), ("message", .string(message)), ("title", .string("Unauthorized")),
        ]
        return APIError(status: 401, body: .object([("error", .object(error))]))
    }

    /// The page shows this one with a number in `error_code` and a string in `error.code`.
    static let forbidden = APIError(
        status: 403,
        body: .object([
            (
                "error",
                .object([
                    ("code", .string("403")),
                    ("message", .string("X-Auth-Token is invalid in the request")),
                    ("title", .string("Forbidden")),
                ])
            ),
            ("error_code", .int(403)),
            ("error_msg", .string("X-Auth-Token is invalid in the request")),
            ("title", .string("Forbidden")),
        ])
    )

    /// 400 and not 404, as the table of error codes says.
    static let noWorkspace = APIError(
        status: 400,
        body: .object([
            ("error_code", .string("dataartsfabric.00010003")),
            ("error_msg", .string("The workspace does not exist.")),
        ])
    )

    static func noSuchAPI(requestID: String) -> APIError {
        gateway(404, "APIG.0101", "The API does not exist or has not been published in the environment", requestID)
    }

    static func throttled(retryAfter: Int?, requestID: String) -> APIError {
        var error = gateway(
            429,
            "APIG.0308",
            "The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute",
            requestID
        )
        if let retryAfter { error.headers = [("Retry-After", String(retryAfter))] }
        return error
    }

    /// The gateway's own errors carry the request id in the body.
    static func gateway(_ status: Int, _ code: String, _ message: String, _ requestID: String) -> APIError {
        APIError(
            status: status,
            body: .object([
                ("error_msg", .string(message)),
                ("error_code", .string(code)),
                ("request_id", .string(requestID)),
            ])
        )
    }

    func response(requestID: String) -> ListenerResponse {
        .json(status, body, requestID: requestID, headers: headers)
    }
}

extension ListenerResponse {
    static func json(
        _ status: Int,
        _ body: JSONValue,
        requestID: String,
        headers: [(String, String)] = []
    ) -> ListenerResponse {
        ListenerResponse(
            status: status,
            headers: [("Content-Type", "application/json"), ("X-request-id", requestID)] + headers,
            body: .bytes(body.utf8)
        )
    }
}
