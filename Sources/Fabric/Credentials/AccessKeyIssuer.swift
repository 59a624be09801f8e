// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Issues credentials from a configured access key.
struct AccessKeyIssuer: CredentialIssuer {
    let key: AccessKeySettings
    let project: ProjectLookup

    /// False: after a rejection the key would be the same.
    var canReissue: Bool { false }

    func secrets() async throws(CredentialFailure) -> [Secret] {
        guard key.id.isHeaderValue else {
            throw CredentialFailure("the access key ID contains characters that are not allowed in a header")
        }
        var secrets = [try await key.secret.read(isHeader: true)]
        if let token = key.securityToken { secrets.append(try await token.read(isHeader: true)) }
        return secrets
    }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let key = AccessKey(id: key.id, secret: secrets[0], securityToken: secrets.count > 1 ? secrets[1] : nil)
        return try await project.credential(key)
    }
}

/// Resolves the project's ID, through IAM at most once.
actor ProjectLookup {
    /// nil: requests carry no project ID.
    private let project: NameOrID?
    /// IAM's address; empty unless ``project`` is a name.
    private let iamURL: String
    private let client: CredentialClient
    private var cachedID: String?

    init(_ project: NameOrID?, iamURL: String = "", client: CredentialClient) {
        self.project = project
        self.iamURL = iamURL
        self.client = client
    }

    /// Returns a credential that signs with `key` for the project.
    /// - Parameter lifetime: how long a temporary key is valid; nil for a configured key.
    func credential(_ key: AccessKey, lifetime: Duration? = nil) async throws(CredentialFailure) -> IssuedCredential {
        var wasObtained = lifetime != nil
        var projectID: String?
        switch project {
        case nil: break
        case .id(let id):
            guard id.isHeaderValue else {
                throw CredentialFailure(
                    "the project ID contains characters that are not allowed in a header", cause: .rejected)
            }
            projectID = id
        case .name(let name):
            wasObtained = wasObtained || cachedID == nil
            projectID = try await id(named: name, key)
        }
        return IssuedCredential(
            credential: .key(key, projectID: projectID, clock: client.clock), lifetime: lifetime,
            wasObtained: wasObtained)
    }

    private func id(named name: String, _ key: AccessKey) async throws(CredentialFailure) -> String {
        if let cachedID { return cachedID }
        let signer = Credential.key(key, projectID: nil, clock: client.clock)
        let id = try await IAM(url: iamURL, client: client).projectID(named: name, authorize: signer.authorize)
        cachedID = id
        return id
    }
}
