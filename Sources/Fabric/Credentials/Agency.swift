// SPDX-License-Identifier: Apache-2.0
internal import Base

/// How IAM is told which project or account is meant.
public enum NameOrID: Sendable, Equatable {
    /// By its name, such as `cn-north-4`.
    case name(String)
    /// By its id.
    case id(String)

    /// The member of a JSON object that says it, its name begun by `prefix`.
    func member(_ prefix: String = "") -> (name: String, value: JSONValue) {
        switch self {
        case .name(let name): ("\(prefix)name", .string(name))
        case .id(let id): ("\(prefix)id", .string(id))
        }
    }
}

/// An agency that is assumed with another credential.
public struct Agency: Sendable, Equatable {
    /// The agency's name.
    public var name: String
    /// The account that delegates.
    public var account: NameOrID
    /// How long the temporary keys live, 15 minutes to 24 hours.
    public var duration: Duration

    /// An agency of this account; nothing is checked here.
    public init(name: String, account: NameOrID, duration: Duration = .seconds(3_600)) {
        self.name = name
        self.account = account
        self.duration = duration
    }
}

/// Obtains temporary keys of an agency at IAM.
struct AgencyKeys: CredentialIssuer {
    let agency: Agency
    /// Makes the credential that the agency is assumed with.
    let base: any CredentialIssuer
    let iam: IAM
    let project: ProjectLookup

    func secrets() async throws(CredentialFailure) -> [Secret] { try await base.secrets() }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let credential = try await base.issue(secrets).credential
        let role: JSONValue = .object([
            ("agency_name", .string(agency.name)), agency.account.member("domain_"),
            ("duration_seconds", .integer(agency.duration.components.seconds)),
        ])
        let (key, lifetime) = try await iam.temporaryKey(
            path: "/v3.0/OS-CREDENTIAL/securitytokens",
            ["auth": ["identity": ["methods": ["assume_role"], "assume_role": role]]],
            name: "IAM, assuming the agency \(agency.name)", authorize: credential.authorize)
        return try await project.credential(key, lifetime: lifetime)
    }
}
