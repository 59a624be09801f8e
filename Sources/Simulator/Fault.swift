// SPDX-License-Identifier: Apache-2.0

/// Something that goes wrong with a request.
public enum Fault: Sendable {
    // In place of the answer.

    /// This status with this body.
    case status(Int, body: [UInt8], headers: [(String, String)] = [])
    /// 429 with `APIG.0308`, and a `Retry-After` of so many seconds.
    case throttled(retryAfter: Int?)
    /// 429 with `APIGW.0308`, as the gateway of IAM answers, and a `Retry-After` in either form.
    case gatewayThrottled(retryAfter: RetryAfterHeader?)
    /// 503 with a `Retry-After` in either form.
    case unavailable(retryAfter: RetryAfterHeader)
    /// 401 with `APIG.0301`, whatever the credential.
    case refused
    /// 200 with an HTML page, as a proxy's login page.
    case html200
    /// 302 to this location.
    case redirect(to: String)
    /// 200 with these bytes, `Content-Type: application/json` unless `headers` say otherwise.
    case rawBody([UInt8], headers: [(String, String)] = [])
    /// 200 with a body that begins with `prefix` and goes on with one byte, made while it is sent and never held: so many
    /// bytes by its `Content-Length`, or nil: in chunks without end.
    case flood(prefix: [UInt8], filler: UInt8, contentLength: Int?)
    /// 200 with `Content-Encoding: gzip` and a body that inflates to at least so many bytes, about a thousandth of that on
    /// the wire, made while it is sent.
    case gzipBomb(inflatedBytes: Int)
    /// No answer, for as long as the client waits.
    case hang
    /// The connection is reset in place of an answer.
    case reset

    // To the answer that would have come.

    /// It comes this much later.
    case delay(Duration)
    /// It comes so many bytes at a time, with a pause after each.
    case trickle(bytesPer: Int, interval: Duration)
    /// The connection is closed after so many bytes of its body.
    case cutShort(afterBytes: Int)

    // To the list in the answer.

    /// `total` is this number, whatever is listed.
    case totalLies(Int)
    /// `total` counts the rows of the page instead of those of the list.
    case totalOfPage
    /// `total` is left out.
    case omitTotal
    /// A page has at most this many rows, even if more were asked for.
    case capPages(Int)
    /// The list has no rows: 200, `total` 0 and an empty array.
    case emptyList
    /// There is always another full page, with new ids.
    case endlessList
    /// All rows from the offset on, whatever the limit.
    case ignoreLimit
    /// Before a page after the first is listed, the first row goes and one comes at the end.
    case shiftBetweenPages

    /// A 200 whose body is sent with `Content-Encoding: gzip`; `bytes` are the compressed ones.
    public static func gzip(_ bytes: [UInt8]) -> Fault {
        .rawBody(bytes, headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
    }

    /// Whether it takes the place of the answer, so that only one such fault can work on a request.
    var replacesAnswer: Bool {
        switch self {
        case .status, .throttled, .gatewayThrottled, .unavailable, .refused, .html200, .redirect, .rawBody, .flood,
            .gzipBomb, .hang, .reset:
            true
        case .delay, .trickle, .cutShort, .totalLies, .totalOfPage, .omitTotal, .capPages, .emptyList, .endlessList,
            .ignoreLimit, .shiftBetweenPages:
            false
        }
    }
}

/// A `Retry-After` header.
public enum RetryAfterHeader: Sendable {
    /// A number of seconds.
    case seconds(Int)
    /// An HTTP date this many seconds after the time of the response, by the clock of the cloud.
    case date(secondsFromNow: Int)

    /// The value of the header in a response sent at `seconds` since the epoch.
    func value(at seconds: Int64) -> String {
        switch self {
        case .seconds(let count): String(count)
        case .date(let ahead): Timestamp.http(seconds + Int64(ahead))
        }
    }
}

/// Which requests a fault is for.
public struct FaultScope: Sendable {
    /// Requests for this workspace only.
    public var workspaceID: String?
    /// Requests of this operation only.
    public var operation: SimulatedOperation?

    /// A scope; nil is any.
    public init(workspaceID: String? = nil, operation: SimulatedOperation? = nil) {
        self.workspaceID = workspaceID
        self.operation = operation
    }

    /// Every request.
    public static let all = FaultScope()

    /// Requests for this workspace.
    public static func workspace(_ id: String) -> FaultScope { FaultScope(workspaceID: id) }

    /// Requests of this operation.
    public static func operation(_ operation: SimulatedOperation) -> FaultScope { FaultScope(operation: operation) }
}

/// What a request asks for.
public enum SimulatedOperation: Sendable, Hashable {
    /// `GET /v1/workspaces/{id}/endpoints`.
    case listEndpoints
    /// `GET /v1/workspaces`.
    case listWorkspaces
    /// `POST /v3/auth/tokens`, and the one for id tokens.
    case createToken
    /// `GET /v3/projects`.
    case listProjects
    /// `POST /v3.0/OS-CREDENTIAL/securitytokens` and `POST /v5/agencies/assume-with-oidc`.
    case createTemporaryKey
    /// `PUT /meta-data/latest/api/token`.
    case metadataToken
    /// `GET /openstack/latest/securitykey`.
    case metadataKey
    /// Anything else.
    case unknown
}
