// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import JSONText
internal import Secrets
internal import Transport

/// An agency that is assumed with another credential.
public struct Agency: Sendable {
    /// The account that delegates.
    public enum Account: Sendable, Equatable {
        /// By its name.
        case name(String)
        /// By its id.
        case id(String)
    }

    let name: String
    let account: Account
    let duration: Duration

    /// - Parameter duration: how long the keys are to live, 15 minutes to 24 hours.
    public init(name: String, account: Account, duration: Duration) {
        self.name = name
        self.account = account
        self.duration = duration
    }
}

extension RenewingCredentials {
    /// Temporary keys of an agency, obtained with an access key.
    public static func agency(
        _ agency: Agency, id: String, secret: SecretSource, securityToken: SecretSource?, iamURL: String,
        project: ProjectChoice, exchanges: CredentialExchanges
    ) -> RenewingCredentials {
        // The key's own project does not matter: what is asked with it concerns the account.
        let base = AccessKeyIssuer(
            id: id, secret: secret, securityToken: securityToken,
            project: ProjectLookup(.id(""), exchanges: exchanges))
        let source = AgencyKeys(agency: agency, base: .key(base), iam: IAM(url: iamURL, exchanges: exchanges))
        return RenewingCredentials(
            TemporaryKeyIssuer(source: source, project: ProjectLookup(project, exchanges: exchanges)),
            exchanges: exchanges)
    }

    /// Temporary keys of an agency, obtained with an IAM user's password.
    public static func agency(
        _ agency: Agency, user: IAMUser, scope: TokenScope, iamURL: String, exchanges: CredentialExchanges
    ) -> RenewingCredentials {
        let iam = IAM(url: iamURL, exchanges: exchanges)
        let base = PasswordIssuer(user: user, scope: scope, iam: iam)
        let project: ProjectChoice =
            switch scope {
            case .id(let id): .id(id)
            case .name(let name): .named(name, iamURL: iamURL)
            }
        let source = AgencyKeys(agency: agency, base: .user(base), iam: iam)
        return RenewingCredentials(
            TemporaryKeyIssuer(source: source, project: ProjectLookup(project, exchanges: exchanges)),
            exchanges: exchanges)
    }
}

/// Assumes an agency at IAM.
struct AgencyKeys: TemporaryKeySource {
    /// What the agency is assumed with.
    enum Base: Sendable {
        case key(AccessKeyIssuer)
        case user(PasswordIssuer)
    }

    let agency: Agency
    let base: Base
    let iam: IAM

    func secrets() async throws(CredentialFailure) -> [Secret] {
        switch base {
        case .key(let issuer): try await issuer.secrets()
        case .user(let issuer): try await issuer.secrets()
        }
    }

    func key(_ secrets: [Secret]) async throws(IssueFailure) -> (key: AccessKey, lifetime: Duration?) {
        let name = "IAM, assuming the agency \(agency.name),"
        let path = "/v3.0/OS-CREDENTIAL/securitytokens"
        switch base {
        case .key(let issuer):
            let signer = RequestSigner(key: issuer.key(secrets), projectID: nil)
            let date = SignatureDate.text(iam.exchanges.clock.wallMicroseconds)
            return try await iam.temporaryKey(path: path, body, name: name, striking: secrets) {
                signer.sign(&$0, date: date)
            }
        case .user(let issuer):
            let token = try await issuer.token(secrets).token
            return try await iam.temporaryKey(path: path, body, name: name, striking: secrets + [token]) { request in
                token.withExposedValue { request.headers.append(HTTPHeader("X-Auth-Token", $0)) }
            }
        }
    }

    private var body: JSONValue {
        let account: (String, JSONValue) =
            switch agency.account {
            case .name(let name): ("domain_name", .string(name))
            case .id(let id): ("domain_id", .string(id))
            }
        let role: JSONValue = .object([
            ("agency_name", .string(agency.name)), account,
            ("duration_seconds", .integer(agency.duration.components.seconds)),
        ])
        return .object([
            (
                "auth",
                .object([
                    ("identity", .object([("methods", .array([.string("assume_role")])), ("assume_role", role)]))
                ])
            )
        ])
    }
}
