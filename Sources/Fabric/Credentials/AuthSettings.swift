// SPDX-License-Identifier: Apache-2.0

/// The one kind of `auth` a source uses.
public enum AuthSettings: Sendable, Equatable {
    /// A project-scoped IAM token.
    case token(SecretSource)
    /// An IAM user, exchanged for a token.
    case password(PasswordSettings)
    /// AK/SK: each request is signed.
    case accessKey(AccessKeySettings)
    /// The temporary keys of the machine's agency, from the metadata service.
    case metadata(MetadataSettings)
    /// `HUAWEICLOUD_SDK_*` variables, then `~/.huaweicloud/credentials`.
    case environment
}

/// The `auth.password` section.
public struct PasswordSettings: Sendable, Equatable {
    /// IAM's address, without a trailing slash. Default: `HUAWEICLOUD_SDK_IAM_ENDPOINT`, else from the region.
    public var iamURL: String
    /// The account the user belongs to.
    public var domain: String
    /// The user's name.
    public var user: String
    /// The user's password.
    public var password: SecretSource
    /// The project the token is for. Default: the one named as the region.
    public var project: NameOrID

    /// Settings of these parts; nothing is checked here.
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
    /// The access key's id (AK).
    public var id: String
    /// The secret access key (SK).
    public var secret: SecretSource
    /// The token that temporary keys come with; nil for permanent ones.
    public var securityToken: SecretSource?
    /// The project's id; nil to look it up through IAM.
    public var projectID: String?
    /// IAM's address, without a trailing slash. Nil only where nothing needs it: `projectID` is set, no agency assumed.
    public var iamURL: String?

    /// Settings of these parts; nothing is checked here.
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
    /// The project's id; nil to look it up through IAM.
    public var projectID: String?
    /// IAM's address, without a trailing slash. Nil only where `projectID` is set.
    public var iamURL: String?

    /// The defaults.
    public init() {}
}

extension AuthSettings {
    /// Returns what obtains and gives out credentials. Nothing is asked before somebody needs one.
    /// - Parameters:
    ///   - agency: is assumed with the access key or the password; nil: none.
    ///   - region: names the project where nothing else does.
    ///   - environment: the variables that ``environment`` draws on.
    /// - Throws: ``CredentialFailure`` if no credentials can be made of the settings.
    public func provider(
        assuming agency: Agency? = nil, region: String?, environment: [String: String] = [:],
        exchanges: CredentialExchanges
    ) throws(CredentialFailure) -> any CredentialProvider {
        func lookup(_ id: String?, _ iamURL: String?) throws(CredentialFailure) -> ProjectLookup {
            if let id { return ProjectLookup(.id(id), exchanges: exchanges) }
            guard let region, let iamURL else {
                throw CredentialFailure("give auth a project_id, or the source a region to look it up by")
            }
            return ProjectLookup(.name(region), iamURL: iamURL, exchanges: exchanges)
        }
        let issuer: any CredentialIssuer
        switch self {
        case .token(let token): return TokenCredentials(token)
        case .password(let user):
            let base = PasswordIssuer(user: user, iam: IAM(url: user.iamURL, exchanges: exchanges))
            let project = ProjectLookup(user.project, iamURL: user.iamURL, exchanges: exchanges)
            issuer = agency.map { AgencyKeys(agency: $0, base: base, iam: base.iam, project: project) } ?? base
        case .accessKey(let key):
            let project = try lookup(key.projectID, key.iamURL)
            if let agency {
                // The key's own project does not matter: what is asked with it concerns the account.
                issuer = AgencyKeys(
                    agency: agency, base: AccessKeyIssuer(key: key, project: ProjectLookup(nil, exchanges: exchanges)),
                    iam: IAM(url: key.iamURL ?? "", exchanges: exchanges), project: project)
            } else {
                issuer = AccessKeyIssuer(key: key, project: project)
            }
        case .metadata(let metadata):
            issuer = MetadataKeys(
                url: metadata.url, exchanges: exchanges, project: try lookup(metadata.projectID, metadata.iamURL))
        case .environment:
            do {
                return try EnvironmentCredentials(environment, region: region, exchanges: exchanges).provider()
            } catch {
                throw CredentialFailure("auth from the environment: \(error.description)")
            }
        }
        return RenewingCredentials(issuer, exchanges: exchanges)
    }
}
