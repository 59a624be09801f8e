// SPDX-License-Identifier: Apache-2.0

public import Secrets

/// A secret as it was configured: in place, or in a file that is read again when it changes.
public enum ConfiguredSecret: Sendable, Equatable {
    /// The secret itself.
    case value(Secret)
    /// The file that holds it, its trailing newline dropped when read; absolute or relative to the working directory.
    case file(path: String)
}

/// The one kind of `auth` a source uses.
public enum AuthSettings: Sendable, Equatable {
    /// A project-scoped IAM token.
    case token(ConfiguredSecret)
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
    public var password: ConfiguredSecret
    /// The project the token is for. Default: the one named as the region.
    public var project: ProjectSelection

    /// Settings of these parts; nothing is checked here.
    public init(iamURL: String, domain: String, user: String, password: ConfiguredSecret, project: ProjectSelection) {
        self.iamURL = iamURL
        self.domain = domain
        self.user = user
        self.password = password
        self.project = project
    }
}

/// A project, by name or by id.
public enum ProjectSelection: Sendable, Equatable {
    /// The project's name, such as `cn-north-4`.
    case name(String)
    /// The project's id.
    case id(String)
}

/// The `auth.access_key` section.
public struct AccessKeySettings: Sendable, Equatable {
    /// The access key's id (AK).
    public var id: String
    /// The secret access key (SK).
    public var secret: ConfiguredSecret
    /// The token that temporary keys come with; nil for permanent ones.
    public var securityToken: ConfiguredSecret?
    /// The project's id; nil to look it up through IAM.
    public var projectID: String?
    /// IAM's address, without a trailing slash. Nil only where nothing needs it: `projectID` is set, no agency assumed.
    public var iamURL: String?

    /// Settings of these parts; nothing is checked here.
    public init(
        id: String,
        secret: ConfiguredSecret,
        securityToken: ConfiguredSecret? = nil,
        projectID: String? = nil,
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

/// The `auth.assume_agency` section.
public struct AgencySettings: Sendable, Equatable {
    /// The agency's name.
    public var agency: String
    /// The delegating account.
    public var domain: DomainSelection
    /// How long the temporary keys live. Default 1 h, within 15 min...24 h.
    public var duration: Duration = .seconds(3_600)

    /// An agency of this account, with the default duration; nothing is checked here.
    public init(agency: String, domain: DomainSelection) {
        self.agency = agency
        self.domain = domain
    }
}

/// An account, by name or by id.
public enum DomainSelection: Sendable, Equatable {
    /// The account's name.
    case name(String)
    /// The account's id.
    case id(String)
}
