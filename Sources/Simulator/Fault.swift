// SPDX-License-Identifier: Apache-2.0

/// A fault of a request or its response.
public enum Fault: Sendable {
    // Faults that replace the response.

    /// A response with this status and body.
    case status(Int, body: [UInt8], headers: [(String, String)] = [])
    /// 429 with `APIG.0308` and a `Retry-After` in seconds.
    case throttled(retryAfter: Int?)
    /// 429 with `APIGW.0308`, like IAM's gateway, and a `Retry-After` in either format.
    case gatewayThrottled(retryAfter: RetryAfterHeader?)
    /// 503 with a `Retry-After` in either format.
    case unavailable(retryAfter: RetryAfterHeader)
    /// 401 with `APIG.0301` for any credential.
    case rejected
    /// 200 with an HTML page, like a proxy's login page.
    case html200
    /// A redirect (302) to this location.
    case redirect(to: String)
    /// 200 with these bytes; `Content-Type: application/json` unless set in `headers`.
    case rawBody([UInt8], headers: [(String, String)] = [])
    /// 200 with a body of `prefix` and a repeated byte, generated while it is sent: `contentLength` bytes, or endless
    /// chunks if that is nil.
    case flood(prefix: [UInt8], filler: UInt8, contentLength: Int?)
    /// 200 with `Content-Encoding: gzip` and a body that inflates to at least this many bytes, compressed about 1:1000
    /// and generated while it is sent.
    case gzipBomb(inflatedBytes: Int)
    /// No response for as long as the client waits.
    case hang
    /// A connection reset instead of a response.
    case reset

    // Faults of sending the regular response.

    /// The response is delayed.
    case delay(Duration)
    /// The response is sent in small pieces with a pause after each.
    case trickle(bytesPer: Int, interval: Duration)
    /// The connection is closed after this many bytes of the body.
    case cutShort(afterBytes: Int)

    // Faults of the list in the response.

    /// `total` is this number regardless of the list.
    case totalLies(Int)
    /// `total` counts the rows of the page instead of those of the list.
    case totalOfPage
    /// `total` is omitted.
    case omitTotal
    /// A page has at most this many rows, even if more were requested.
    case capPages(Int)
    /// The list has no rows: 200, `total` 0 and an empty array; queries of pools have no values.
    case emptyList
    /// There is always another full page of endpoints or pools, with new ids.
    case endlessList
    /// All rows from the offset on are returned regardless of the limit.
    case ignoreLimit
    /// The filter of job runs has no effect.
    case ignoreFilter
    /// Before each page of endpoints or pools but the first, the first row is removed and a new one appended.
    case shiftBetweenPages

    /// A response (200) with `Content-Encoding: gzip` and the compressed `bytes`.
    public static func gzip(_ bytes: [UInt8]) -> Fault {
        .rawBody(bytes, headers: [("Content-Type", "application/json"), ("Content-Encoding", "gzip")])
    }

    /// Whether the fault replaces the response; only one such fault can apply to a request.
    var replacesResponse: Bool {
        switch self {
        case .status, .throttled, .gatewayThrottled, .unavailable, .rejected, .html200, .redirect, .rawBody, .flood,
            .gzipBomb, .hang, .reset:
            true
        case .delay, .trickle, .cutShort, .totalLies, .totalOfPage, .omitTotal, .capPages, .emptyList, .endlessList,
            .ignoreLimit, .ignoreFilter, .shiftBetweenPages:
            false
        }
    }
}

/// A `Retry-After` header.
public enum RetryAfterHeader: Sendable {
    /// A number of seconds.
    case seconds(Int)
    /// An HTTP date this many seconds after the response, by the cloud's clock.
    case date(secondsFromNow: Int)

    /// Returns the header's value in a response sent at `seconds` since the epoch.
    func value(at seconds: Int64) -> String {
        switch self {
        case .seconds(let count): String(count)
        case .date(let ahead): Timestamp.http(seconds + Int64(ahead))
        }
    }
}

/// The requests that a fault applies to.
public struct FaultScope: Sendable {
    /// Only requests for this workspace; nil for all.
    public var workspaceID: String?
    /// Only requests of this operation; nil for all.
    public var operation: SimulatedOperation?

    /// Creates a scope.
    public init(workspaceID: String? = nil, operation: SimulatedOperation? = nil) {
        self.workspaceID = workspaceID
        self.operation = operation
    }

    /// All requests.
    public static let all = FaultScope()

    /// Requests for this workspace.
    public static func workspace(_ id: String) -> FaultScope { FaultScope(workspaceID: id) }

    /// Requests of this operation.
    public static func operation(_ operation: SimulatedOperation) -> FaultScope { FaultScope(operation: operation) }
}

/// The operation of a request.
public enum SimulatedOperation: Sendable, Hashable {
    /// `GET /v1/workspaces/{id}/endpoints`, and the same of v2.
    case listEndpoints
    /// `GET /v1/workspaces/{id}/services/instances`.
    case listServiceInstances
    /// `GET /v1/workspaces/{id}/jobs/runs`.
    case listJobRuns
    /// `GET /v2/workspaces/{id}/computes`.
    case listPools
    /// `GET /v2/workspaces/{id}/computes/metrics`.
    case showPoolMetrics
    /// `GET /v2/workspaces/{id}/endpoint-limit`.
    case showEndpointLimit
    /// `GET /v1/workspaces`, and the same of v2.
    case listWorkspaces
    /// `GET /v2/{project_id}/quotas`.
    case listQuotas
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
