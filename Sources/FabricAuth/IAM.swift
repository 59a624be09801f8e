// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import FabricModel
internal import JSONText
internal import Secrets
internal import Transport

/// What is asked of the identity service.
struct IAM: Sendable {
    /// Without a slash at its end.
    let url: String
    let exchanges: CredentialExchanges

    /// The id of the one project called `name`.
    /// - Parameter secrets: what must be struck out of what IAM says.
    func projectID(
        named name: String, striking secrets: [Secret], authorize: (inout HTTPRequest) -> Void
    ) async throws(IssueFailure) -> String {
        let response = try await exchanges.send(
            .listProjects, .get, "\(url)/v3/projects?name=\(PercentEncoding.encode(name.utf8))", headers: Self.accept,
            to: "IAM", authorize: authorize)
        guard response.status == 200 else {
            throw IssueFailure(
                response, from: "IAM, asked for the project's id,", striking: secrets,
                wallMicroseconds: exchanges.clock.wallMicroseconds)
        }
        guard let document = JSONDocument(response.body), let count = document.count("/projects") else {
            throw IssueFailure("IAM, asked for the project's id, sent something else than projects", isRefusal: false)
        }
        guard count == 1 else {
            let found = count == 0 ? "no project" : "\(count) projects"
            throw IssueFailure("IAM knows \(found) called \(name): set project_id", isRefusal: true)
        }
        guard let id = document.text("/projects/0/id"), !id.isEmpty, id.isHeaderValue else {
            throw IssueFailure("IAM gave the project \(name) no usable id", isRefusal: false)
        }
        return id
    }

    /// A token for what `body` proves.
    func token(
        path: String = "/v3/auth/tokens?nocatalog=true", _ body: JSONValue, headers: [HTTPHeader] = [],
        striking secrets: [Secret]
    ) async throws(IssueFailure) -> (token: Secret, lifetime: Duration?) {
        let response = try await exchanges.send(
            .createToken, .post, url + path, headers: Self.accept + [Self.json] + headers,
            body: Array(body.text.utf8), to: "IAM")
        guard response.status == 200 || response.status == 201 else {
            throw IssueFailure(response, from: "IAM, asked for a token,", striking: secrets)
        }
        guard let text = response.header("X-Subject-Token"), !text.isEmpty, text.isHeaderValue else {
            throw IssueFailure("IAM sent no token", isRefusal: false)
        }
        let document = JSONDocument(response.body)
        let life = document.flatMap {
            lifetime(
                until: $0.text("/token/expires_at"), from: $0.text("/token/issued_at"), response: response)
        }
        return (Secret(text), life)
    }

    /// Temporary keys for what `body` asks, as IAM and STS send them.
    func temporaryKey(
        path: String, _ body: JSONValue, name: String, striking secrets: [Secret],
        authorize: (inout HTTPRequest) -> Void
    ) async throws(IssueFailure) -> (key: AccessKey, lifetime: Duration?) {
        let response = try await exchanges.send(
            .createToken, .post, url + path, headers: Self.accept + [Self.json], body: Array(body.text.utf8),
            to: name, authorize: authorize)
        guard response.status == 200 || response.status == 201 else {
            throw IssueFailure(
                response, from: "\(name), asked for temporary keys,", striking: secrets,
                wallMicroseconds: exchanges.clock.wallMicroseconds)
        }
        return try temporaryKey(response, from: name)
    }

    /// The keys in `response`, under any of the names they are known by.
    func temporaryKey(
        _ response: HTTPResponse, from name: String
    ) throws(IssueFailure) -> (key: AccessKey, lifetime: Duration?) {
        let document = JSONDocument(response.body)
        func field(_ names: String...) -> String? {
            document?.text(
                anyOf: ["/credential", "/credentials", ""].flatMap { object in names.map { "\(object)/\($0)" } })
        }
        guard let id = field("access", "accessKeyId", "access_key_id"),
            let secret = field("secret", "secretAccessKey", "secret_access_key"),
            let token = field("securitytoken", "securityToken", "security_token"),
            id.isHeaderValue, token.isHeaderValue
        else { throw IssueFailure("\(name) sent no temporary keys", isRefusal: false) }
        let life = lifetime(until: field("expires_at", "expiration"), from: nil, response: response)
        return (AccessKey(id: id, secret: Secret(secret), securityToken: Secret(token)), life)
    }

    /// How long something lives. Both ends are the service's: this machine's clock may be wrong.
    private func lifetime(until end: String?, from begin: String?, response: HTTPResponse) -> Duration? {
        guard let end = end.flatMap({ ISO8601Time.parse($0) }) else { return nil }
        let begin =
            begin.flatMap { ISO8601Time.parse($0) } ?? response.header("Date").flatMap { HTTPDate.parse($0) }
            ?? Timestamp(microseconds: exchanges.clock.wallMicroseconds)
        let (life, overflow) = end.microseconds.subtractingReportingOverflow(begin.microseconds)
        return overflow ? nil : .microseconds(max(0, life))
    }

    static let accept = [HTTPHeader("Accept", "application/json")]
    static let json = HTTPHeader("Content-Type", "application/json;charset=utf8")
}
