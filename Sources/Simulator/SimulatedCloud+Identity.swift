// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Synchronization

extension SimulatedCloud {
    private static let minute: Int64 = 60_000_000

    /// Authenticates a request.
    /// - Parameter needsProject: whether a signed request must name its project, like requests to Fabric.
    /// - Throws: the error response if the credential is missing or invalid.
    func authenticate(_ request: ListenerRequest, needsProject: Bool = true) throws(APIResponse) {
        if request.header("Authorization") != nil { return try checkSignature(request, needsProject: needsProject) }
        guard let token = request.header("X-Auth-Token") else { throw .badToken }
        let now = wallMicroseconds()
        let isValid = state.withLock { state in
            state.tokens.contains(token) || (state.identity.issued[token].map { $0 > now } ?? false)
        }
        if !isValid { throw .badToken }
    }

    private func checkSignature(_ request: ListenerRequest, needsProject: Bool) throws(APIResponse) {
        guard let check = SignatureCheck(request) else {
            throw .badSignature("the authorization header is not a signature")
        }
        let now = wallMicroseconds()
        let failure: String? = state.withLock { state in
            let id = check.accessKeyID
            if state.identity.isLocked(id, at: now) { return "the access key is locked" }
            func reject(_ message: String) -> String {
                // Locks after more than five failures in a row.
                state.identity.noteFailure(id, at: now, window: .max / 2, limit: 6, lock: 5 * Self.minute)
                return message
            }
            guard let moment = check.moment, abs(moment - now) <= 15 * Self.minute else {
                return "the X-Sdk-Date is more than 15 minutes away"
            }
            guard let key = state.identity.keys[id], key.endsAt.map({ $0 > now }) ?? true else {
                return reject("the access key does not exist")
            }
            guard key.securityToken == request.header("X-Security-Token"), check.isSigned(with: key.secret) else {
                // The gateway's message contains the canonical request, and so the session token.
                return reject("verify aksk signature fail, canonicalRequest: " + check.canonicalRequest)
            }
            state.identity.noteSuccess(id)
            return nil
        }
        if let failure { throw .badSignature(failure) }
        let projects = state.withLock { state in state.identity.projects.map(\.id) }
        if needsProject, !projects.contains(request.header("X-Project-Id") ?? "") { throw .noWorkspace }
    }

    /// Responds to requests to IAM and the metadata service; returns nil for other requests.
    func identityResponse(
        _ request: ListenerRequest, _ operation: SimulatedOperation
    ) throws(APIResponse) -> APIResponse? {
        switch operation {
        case .createToken: return try createToken(request)
        case .listProjects: return try listProjects(request)
        case .createTemporaryKey: return try createTemporaryKey(request)
        case .metadataToken: return try metadataToken(request)
        case .metadataKey: return try metadataKey(request)
        case .listEndpoints, .listServiceInstances, .listJobRuns, .listPools, .showPoolMetrics, .showEndpointLimit,
            .listWorkspaces, .listQuotas, .unknown:
            return nil
        }
    }

    private func createToken(_ request: ListenerRequest) throws(APIResponse) -> APIResponse {
        guard request.header("Content-Type")?.hasPrefix("application/json") == true,
            let body = JSONReader.read(request.body)
        else { throw .badRequest("the body is not JSON") }
        let now = wallMicroseconds()
        let federated = request.path.hasSuffix("/id-token/tokens")
        let scope = body["auth", "scope", "project"]
        if federated {
            guard request.header("X-Idp-Id") != nil, let token = body["auth", "id_token", "id"]?.string,
                state.withLock({ $0.identity.idTokens.contains(token) })
            else { throw .wrongPassword("the id token is rejected") }
        } else {
            let user = body["auth", "identity", "password", "user"]
            guard let name = user?["name"]?.string, let password = user?["password"]?.string,
                let domain = user?["domain", "name"]?.string
            else { throw .badRequest("the user is missing") }
            let failure: String? = state.withLock { state in
                if state.identity.isLocked(name, at: now) { return "The user is locked." }
                let isCorrect = state.identity.users.contains {
                    $0.name == name && $0.domain == domain && $0.password == password
                }
                guard !isCorrect else {
                    state.identity.noteSuccess(name)
                    return nil
                }
                state.identity.noteFailure(name, at: now, window: 15 * Self.minute, limit: 5, lock: 15 * Self.minute)
                return "The username or password is wrong: \(name), \(password)."
            }
            if let failure { throw .wrongPassword(failure) }
        }
        return try state.withLock { state throws(APIResponse) in
            let project = state.identity.projects.first {
                $0.id == scope?["id"]?.string || $0.name == scope?["name"]?.string
            }
            guard let project else { throw .badRequest("no such project") }
            let (text, end) = state.identity.issueToken(at: now)
            let details: JSONValue = [
                "expires_at": .string(Timestamp.zulu(end / 1_000_000)),
                "issued_at": .string(Timestamp.zulu(now / 1_000_000)),
                "project": ["id": .string(project.id), "name": .string(project.name)],
            ]
            return APIResponse(status: 201, body: ["token": details], headers: [("X-Subject-Token", text)])
        }
    }

    private func listProjects(_ request: ListenerRequest) throws(APIResponse) -> APIResponse {
        try authenticate(request, needsProject: false)
        let name = request.queryValues("name").first
        let found = state.withLock { state in state.identity.projects.filter { name == nil || $0.name == name } }
        let rows: [JSONValue] = found.map { ["id": .string($0.id), "name": .string($0.name)] }
        return APIResponse(body: ["projects": .array(rows), "links": [:]])
    }

    private func createTemporaryKey(_ request: ListenerRequest) throws(APIResponse) -> APIResponse {
        guard let body = JSONReader.read(request.body) else { throw .badRequest("the body is not JSON") }
        let now = wallMicroseconds()
        if request.path == "/v5/agencies/assume-with-oidc" {
            guard let token = body["id_token"]?.string, body["agency_urn"]?.string != nil,
                state.withLock({ $0.identity.idTokens.contains(token) })
            else { throw .wrongPassword("the id token is rejected") }
            let (id, key) = state.withLock { $0.identity.issueKey(life: $0.identity.life, at: now) }
            let fields: JSONValue = [
                "access_key_id": .string(id), "secret_access_key": .string(key.secret),
                "security_token": .string(key.securityToken ?? ""),
                "expiration": .string(Timestamp.zulu((key.endsAt ?? 0) / 1_000_000)),
            ]
            return APIResponse(body: ["credentials": fields])
        }
        try authenticate(request, needsProject: false)
        let methods = body["auth", "identity", "methods"]
        guard case .array(let names)? = methods, let method = names.first?.string else {
            throw .badRequest("the method is missing")
        }
        let details = body["auth", "identity", method]
        if method == "assume_role" {
            let agency = details?["agency_name"]?.string ?? ""
            guard details?["domain_name"]?.string ?? details?["domain_id"]?.string != nil,
                state.withLock({ $0.identity.agencies.contains(agency) })
            else { throw .forbidden }
        } else if method != "token" {
            throw .badRequest("unknown method")
        }
        let life = details?["duration_seconds"]?.number.map(Int64.init) ?? 900
        let (id, key) = state.withLock { $0.identity.issueKey(life: min(life, $0.identity.life), at: now) }
        return APIResponse(status: 201, body: Self.credential(id, key))
    }

    private func metadataToken(_ request: ListenerRequest) throws(APIResponse) -> APIResponse {
        guard request.header("X-Metadata-Token-Ttl-Seconds") != nil else { throw .badRequest("no time to live") }
        return try state.withLock { state throws(APIResponse) in
            if let status = state.identity.sessionTokenStatus {
                throw APIResponse(status: status, body: [:])
            }
            state.identity.count += 1
            let token = "session-token-\(state.identity.count)"
            state.identity.sessionTokens = [token]
            return APIResponse(body: .raw(token))
        }
    }

    private func metadataKey(_ request: ListenerRequest) throws(APIResponse) -> APIResponse {
        let now = wallMicroseconds()
        return try state.withLock { state throws(APIResponse) in
            if state.identity.sessionTokenStatus == nil {
                guard let token = request.header("X-Metadata-Token"), state.identity.sessionTokens.contains(token)
                else { throw APIResponse(status: 401, body: .raw("Unauthorized")) }
            }
            guard state.identity.hasMachineAgency else {
                throw APIResponse(status: 401, body: .raw("Please configure Cloud Service Agency first"))
            }
            let (id, key) = state.identity.issueKey(life: state.identity.life, at: now)
            return APIResponse(body: Self.credential(id, key))
        }
    }

    private static func credential(_ id: String, _ key: SimulatedIdentity.Key) -> JSONValue {
        [
            "credential": [
                "access": .string(id), "secret": .string(key.secret),
                "securitytoken": .string(key.securityToken ?? ""),
                "expires_at": .string(Timestamp.zulu((key.endsAt ?? 0) / 1_000_000)),
            ]
        ]
    }
}
