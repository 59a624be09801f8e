// SPDX-License-Identifier: Apache-2.0

/// How a source authenticates: the one kind configured under `auth`.
public enum AuthSettings: Sendable, Equatable {
    /// A project-scoped IAM token.
    case token(SecretSource)
    /// An IAM user and password, for which IAM issues a token.
    case password(PasswordSettings)
    /// AK/SK: each request is signed.
    case accessKey(AccessKeySettings)
    /// Temporary keys of the machine's agency, from the metadata service.
    case metadata(MetadataSettings)
    /// The `HUAWEICLOUD_SDK_*` variables, or else `~/.huaweicloud/credentials`.
    case environment
}

/// How a source authenticates, without the secrets.
public enum CredentialKind: String, Sendable, CaseIterable {
    case token
    case password
    case accessKey = "access_key"
    case metadata
    case environment
}

extension AuthSettings {
    /// The kind, named like its key in the configuration; a token file is a token, too.
    public var kind: CredentialKind {
        switch self {
        case .token: .token
        case .password: .password
        case .accessKey: .accessKey
        case .metadata: .metadata
        case .environment: .environment
        }
    }
}

/// The `auth.password` section.
public struct PasswordSettings: Sendable, Equatable {
    /// IAM's address, without a trailing slash. Default: `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else from the region.
    public var iamURL: String
    /// The user's account.
    public var domain: String
    /// The user's name.
    public var user: String
    /// The user's password.
    public var password: SecretSource
    /// The project the token is scoped to. Default: the project named like the region.
    public var project: NameOrID

    /// Creates settings without validating them.
    public init(iamURL: String, domain: String, user: String, password: SecretSource, project: NameOrID) {
        self.iamURL = iamURL
        self.domain = domain
        self.user = user
        self.password = password
        self.project = project
    }
}

/// The `auth.access_key` section.
public struct AccessKeySettings: Sendable, Equatable {
    /// The access key ID (AK).
    public var id: String
    /// The secret access key (SK).
    public var secret: SecretSource
    /// The security token of a temporary key; nil for a permanent key.
    public var securityToken: SecretSource?
    /// The project's ID; nil to look it up through IAM.
    public var projectID: String?
    /// IAM's address, without a trailing slash. May be nil only if `projectID` is set and no agency is assumed.
    public var iamURL: String?

    /// Creates settings without validating them.
    public init(
        id: String, secret: SecretSource, securityToken: SecretSource? = nil, projectID: String? = nil,
        iamURL: String? = nil
    ) {
        self.id = id
        self.secret = secret
        self.securityToken = securityToken
        self.projectID = projectID
        self.iamURL = iamURL
    }
}

/// The `auth.metadata` section.
public struct MetadataSettings: Sendable, Equatable {
    /// The metadata service's address, without a trailing slash. Default `http://169.254.169.254`.
    public var url = "http://169.254.169.254"
    /// The project's ID; nil to look it up through IAM.
    public var projectID: String?
    /// IAM's address, without a trailing slash. May be nil only if `projectID` is set.
    public var iamURL: String?

    /// Creates the default settings.
    public init() {}
}

extension AuthSettings {
    /// Returns the provider of these credentials. It sends no request until a credential is needed.
    /// - Parameters:
    ///   - agency: the agency to assume with the access key or the password; nil: none.
    ///   - region: the project's name unless a project is configured.
    ///   - environment: the variables that ``environment`` reads.
    /// - Throws: ``CredentialFailure`` if the settings are incomplete.
    public func provider(
        assuming agency: Agency? = nil, region: String?, environment: [String: String] = [:],
        client: CredentialClient
    ) throws(CredentialFailure) -> any CredentialProvider {
        func lookup(_ id: String?, _ iamURL: String?) throws(CredentialFailure) -> ProjectLookup {
            if let id { return ProjectLookup(.id(id), client: client) }
            guard let region, let iamURL else {
                throw CredentialFailure("no project: set project_id in auth, or the source's region to look it up")
            }
            return ProjectLookup(.name(region), iamURL: iamURL, client: client)
        }
        let issuer: any CredentialIssuer
        switch self {
        case .token(let token): return TokenCredentials(token)
        case .password(let user):
            let base = PasswordIssuer(user: user, iam: IAM(url: user.iamURL, client: client))
            let project = ProjectLookup(user.project, iamURL: user.iamURL, client: client)
            issuer = agency.map { AgencyKeyIssuer(agency: $0, base: base, iam: base.iam, project: project) } ?? base
        case .accessKey(let key):
            let project = try lookup(key.projectID, key.iamURL)
            if let agency {
                // Assuming an agency is a request about the account, so the key itself needs no project.
                issuer = AgencyKeyIssuer(
                    agency: agency, base: AccessKeyIssuer(key: key, project: ProjectLookup(nil, client: client)),
                    iam: IAM(url: key.iamURL ?? "", client: client), project: project)
            } else {
                issuer = AccessKeyIssuer(key: key, project: project)
            }
        case .metadata(let metadata):
            issuer = MetadataKeyIssuer(
                url: metadata.url, client: client, project: try lookup(metadata.projectID, metadata.iamURL))
        case .environment:
            do {
                return try EnvironmentCredentials(environment, region: region, client: client).provider()
            } catch {
                throw CredentialFailure("auth from the environment: \(error.description)")
            }
        }
        return RenewingCredentials(issuer, client: client)
    }
}
