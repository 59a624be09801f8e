// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// A client of the identity services IAM and STS.
struct IAM: Sendable {
    /// The address, without a version and without a trailing slash.
    let url: String
    let client: CredentialClient
    /// The name of the setting that ``url`` comes from, for messages.
    private let setting: String

    /// Creates a client of the service at `url`. A version (`/v3`, `/v3.0`, `/v5`) and slashes at its end are dropped,
    /// because other programs require them in the same setting.
    init(url: String, client: CredentialClient, setting: String = "iam_url (or HUAWEICLOUD_SDK_IAM_ENDPOINT)") {
        self.url = Self.withoutVersion(url)
        self.client = client
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

    /// Returns the ID of the project named `name`.
    /// - Throws: ``CredentialFailure`` if there isn't exactly one.
    func projectID(
        named name: String, authorize: (inout HTTPRequest) -> Void
    ) async throws(CredentialFailure) -> String {
        let path = "/v3/projects"
        let response = try await client.send(
            .listProjects, .get, "\(url)\(path)?name=\(PercentEncoding.encode(name.utf8))", headers: Self.accept,
            to: "IAM", authorize: authorize)
        guard response.status == 200 else {
            throw failure(response, path: path, to: "IAM project lookup", isSigned: true)
        }
        guard let document = JSONDocument(response.body), let count = document.count("/projects") else {
            throw CredentialFailure("IAM project lookup failed: the response is not a list of projects")
        }
        guard count == 1 else {
            let found = count == 0 ? "no project" : "\(count) projects"
            throw CredentialFailure("IAM has \(found) named \(name); set project_id", cause: .rejected)
        }
        guard let id = document.text("/projects/0/id"), !id.isEmpty, id.isHeaderValue else {
            throw CredentialFailure("IAM returned no valid ID for project \(name)")
        }
        return id
    }

    /// The lifetime of a token without a readable expiry.
    private static let assumedTokenLifetime = Duration.seconds(86_400)
    /// The lifetime of temporary keys without a readable expiry: the minimum that the service issues.
    private static let assumedKeyLifetime = Duration.seconds(900)

    /// Requests a token with the identity and scope in `body`.
    func token(
        path: String = "/v3/auth/tokens", _ body: JSONValue, headers: [HTTPHeader] = []
    ) async throws(CredentialFailure) -> IssuedCredential {
        let response = try await client.send(
            .createToken, .post, "\(url)\(path)\(path == "/v3/auth/tokens" ? "?nocatalog=true" : "")",
            headers: Self.accept + [Self.json] + headers, body: Array(body.text.utf8), to: "IAM")
        guard response.status == 200 || response.status == 201 else {
            throw failure(response, path: path, to: "IAM token request")
        }
        guard let text = response.header("X-Subject-Token"), !text.isEmpty, text.isHeaderValue else {
            throw CredentialFailure("IAM returned no token")
        }
        let document = JSONDocument(response.body)
        let life = CredentialLifetime(
            name: "IAM", response: response, wallMicroseconds: client.clock.wallMicroseconds)
        let remaining = try life.remaining(
            until: document?.text("/token/expires_at"), issued: document?.text("/token/issued_at"))
        let projectID = document?.text("/token/project/id").flatMap { $0.isEmpty ? nil : $0 }
        return IssuedCredential(
            credential: .token(Secret(text), projectID: projectID), lifetime: remaining ?? Self.assumedTokenLifetime)
    }

    /// Requests temporary keys from IAM or STS.
    /// - Parameters:
    ///   - service: the service's name, for messages.
    ///   - agency: the agency to assume, for messages.
    func temporaryKey(
        path: String, _ body: JSONValue, service: String, agency: String? = nil,
        authorize: (inout HTTPRequest) -> Void
    ) async throws(CredentialFailure) -> (key: AccessKey, lifetime: Duration) {
        let response = try await client.send(
            .createToken, .post, url + path, headers: Self.accept + [Self.json], body: Array(body.text.utf8),
            to: service, authorize: authorize)
        guard response.status == 200 || response.status == 201 else {
            let keys = "temporary keys" + (agency.map { " of agency \($0)" } ?? "")
            throw failure(response, path: path, to: "\(service) request for \(keys)", isSigned: true)
        }
        return try Self.temporaryKey(response, from: service, wallMicroseconds: client.clock.wallMicroseconds)
    }

    private func failure(
        _ response: HTTPResponse, path: String, to request: String, isSigned: Bool = false
    ) -> CredentialFailure {
        CredentialFailure(
            response, to: request, wallMicroseconds: client.clock.wallMicroseconds, isSigned: isSigned,
            address: (url + path, setting))
    }

    /// Returns the keys in `response`, under any of the field names that the services use.
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
        else { throw CredentialFailure("\(name) returned no temporary keys") }
        let life = CredentialLifetime(name: name, response: response, wallMicroseconds: wallMicroseconds)
        let remaining = try life.remaining(until: field("expires_at", "expiration"), issued: nil)
        let key = AccessKey(id: id, secret: Secret(secret), securityToken: Secret(token))
        return (key, remaining ?? Self.assumedKeyLifetime)
    }

    static let accept = [HTTPHeader("Accept", "application/json")]
    static let json = HTTPHeader("Content-Type", "application/json;charset=utf8")
}
