// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A project or account, identified by name or ID.
public enum NameOrID: Sendable, Equatable {
    /// The name, such as `cn-north-4`.
    case name(String)
    /// The ID.
    case id(String)

    /// Returns the JSON member that IAM expects: `name` or `id`, with `prefix` before it.
    func member(_ prefix: String = "") -> (name: String, value: JSONValue) {
        switch self {
        case .name(let name): ("\(prefix)name", .string(name))
        case .id(let id): ("\(prefix)id", .string(id))
        }
    }
}

/// An agency to assume with another credential.
public struct Agency: Sendable, Equatable {
    /// The agency's name.
    public var name: String
    /// The delegating account.
    public var account: NameOrID
    /// The lifetime of the temporary keys: 15 minutes to 24 hours.
    public var duration: Duration

    /// Creates an agency without validating the values.
    public init(name: String, account: NameOrID, duration: Duration = .seconds(3_600)) {
        self.name = name
        self.account = account
        self.duration = duration
    }
}

/// Obtains temporary keys of an agency from IAM.
struct AgencyKeyIssuer: CredentialIssuer {
    let agency: Agency
    /// Issues the credential that assumes the agency.
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
            service: "IAM", agency: agency.name, authorize: credential.authorize)
        return try await project.credential(key, lifetime: lifetime)
    }
}
