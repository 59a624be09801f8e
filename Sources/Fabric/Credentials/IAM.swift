// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// What is asked of the identity service.
struct IAM: Sendable {
    /// Without a version and without a slash at its end.
    let url: String
    let exchanges: CredentialExchanges
    /// The setting that ``url`` comes from, for messages.
    private let setting: String

    /// The identity service at `url`, which may end in a version (`/v3`, `/v3.0`, `/v5`) and slashes: other programs want
    /// it so. All addresses of IAM and STS pass through here, wherever they were configured.
    init(url: String, exchanges: CredentialExchanges, setting: String = "iam_url (or HUAWEICLOUD_SDK_IAM_ENDPOINT)") {
        self.url = Self.withoutVersion(url)
        self.exchanges = exchanges
        self.setting = setting
    }

    static func withoutVersion(_ url: String) -> String {
        let schemeEnd = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        var kept = url[schemeEnd...]
        while true {
            while kept.last == "/" { kept.removeLast() }
            guard let slash = kept.lastIndex(of: "/"), isVersion(kept[kept.index(after: slash)...]) else { break }
            kept = kept[..<slash]
        }
        return String(url[..<schemeEnd] + kept)
    }

    private static func isVersion(_ segment: Substring) -> Bool {
        guard segment.first == "v" || segment.first == "V" else { return false }
        let numbers = segment.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count <= 2
            && numbers.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
    }

    /// The id of the one project called `name`.
    func projectID(
        named name: String, authorize: (inout HTTPRequest) -> Void
    ) async throws(CredentialFailure) -> String {
        let path = "/v3/projects"
        let response = try await exchanges.send(
            .listProjects, .get, "\(url)\(path)?name=\(PercentEncoding.encode(name.utf8))", headers: Self.accept,
            to: "IAM", authorize: authorize)
        guard response.status == 200 else {
            throw failure(
                response, path: path, from: "IAM, asked for the project's id,", isSigned: true)
        }
        guard let document = JSONDocument(response.body), let count = document.count("/projects") else {
            throw CredentialFailure("IAM, asked for the project's id, sent something else than projects")
        }
        guard count == 1 else {
            let found = count == 0 ? "no project" : "\(count) projects"
            throw CredentialFailure("IAM knows \(found) called \(name): set project_id", cause: .rejected)
        }
        guard let id = document.text("/projects/0/id"), !id.isEmpty, id.isHeaderValue else {
            throw CredentialFailure("IAM gave the project \(name) no usable id")
        }
        return id
    }

    /// How long a token is believed to live where IAM does not say it, in spite of its documents.
    private static let assumedTokenLife = Duration.seconds(86_400)
    /// How long keys are believed to live where nobody says it: the shortest that is ever given.
    private static let assumedKeyLife = Duration.seconds(900)

    /// A token for what `body` proves.
    func token(
        path: String = "/v3/auth/tokens", _ body: JSONValue, headers: [HTTPHeader] = []
    ) async throws(CredentialFailure) -> IssuedCredential {
        let response = try await exchanges.send(
            .createToken, .post, "\(url)\(path)\(path == "/v3/auth/tokens" ? "?nocatalog=true" : "")",
            headers: Self.accept + [Self.json] + headers, body: Array(body.text.utf8), to: "IAM")
        guard response.status == 200 || response.status == 201 else {
            throw failure(response, path: path, from: "IAM, asked for a token,")
        }
        guard let text = response.header("X-Subject-Token"), !text.isEmpty, text.isHeaderValue else {
            throw CredentialFailure("IAM sent no token")
        }
        let document = JSONDocument(response.body)
        let life = CredentialLife(
            name: "IAM, asked for a token,", response: response, wallMicroseconds: exchanges.clock.wallMicroseconds)
        let remaining = try life.remaining(
            until: document?.text("/token/expires_at"), issued: document?.text("/token/issued_at"))
        return IssuedCredential(credential: .token(Secret(text)), lifetime: remaining ?? Self.assumedTokenLife)
    }

    /// Temporary keys for what `body` asks, as IAM and STS send them.
    func temporaryKey(
        path: String, _ body: JSONValue, name: String, authorize: (inout HTTPRequest) -> Void
    ) async throws(CredentialFailure) -> (key: AccessKey, lifetime: Duration) {
        let response = try await exchanges.send(
            .createToken, .post, url + path, headers: Self.accept + [Self.json], body: Array(body.text.utf8),
            to: name, authorize: authorize)
        guard response.status == 200 || response.status == 201 else {
            throw failure(
                response, path: path, from: "\(name), asked for temporary keys,", isSigned: true)
        }
        return try Self.temporaryKey(response, from: name, wallMicroseconds: exchanges.clock.wallMicroseconds)
    }

    private func failure(
        _ response: HTTPResponse, path: String, from name: String, isSigned: Bool = false
    ) -> CredentialFailure {
        CredentialFailure(
            response, from: name, wallMicroseconds: exchanges.clock.wallMicroseconds, isSigned: isSigned,
            address: (url + path, setting))
    }

    /// The keys in `response`, under any of the names they are known by.
    static func temporaryKey(
        _ response: HTTPResponse, from name: String, wallMicroseconds: Int64
    ) throws(CredentialFailure) -> (key: AccessKey, lifetime: Duration) {
        let document = JSONDocument(response.body)
        func field(_ names: String...) -> String? {
            document?.text(
                anyOf: ["/credential", "/credentials", ""].flatMap { object in names.map { "\(object)/\($0)" } })
        }
        guard let id = field("access", "accessKeyId", "access_key_id"),
            let secret = field("secret", "secretAccessKey", "secret_access_key"),
            let token = field("securitytoken", "securityToken", "security_token"),
            id.isHeaderValue, token.isHeaderValue
        else { throw CredentialFailure("\(name) sent no temporary keys") }
        let life = CredentialLife(name: name, response: response, wallMicroseconds: wallMicroseconds)
        let remaining = try life.remaining(until: field("expires_at", "expiration"), issued: nil)
        return (
            AccessKey(id: id, secret: Secret(secret), securityToken: Secret(token)), remaining ?? Self.assumedKeyLife
        )
    }

    static let accept = [HTTPHeader("Accept", "application/json")]
    static let json = HTTPHeader("Content-Type", "application/json;charset=utf8")
}
