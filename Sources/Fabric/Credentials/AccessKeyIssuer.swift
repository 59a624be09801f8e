// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Makes credentials of an access key that was handed over.
struct AccessKeyIssuer: CredentialIssuer {
    let key: AccessKeySettings
    let project: ProjectLookup

    /// There is no other key where the one was refused.
    var canReplace: Bool { false }

    func secrets() async throws(CredentialFailure) -> [Secret] {
        guard key.id.isHeaderValue else {
            throw CredentialFailure("the access key's id holds characters that no header can carry")
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

/// The id of the project, asked for once.
actor ProjectLookup {
    /// nil: requests name no project.
    private let project: NameOrID?
    /// Needed if only the name is known.
    private let iamURL: String
    private let exchanges: CredentialExchanges
    private var found: String?

    init(_ project: NameOrID?, iamURL: String = "", exchanges: CredentialExchanges) {
        self.project = project
        self.iamURL = iamURL
        self.exchanges = exchanges
    }

    /// A credential of `key` for the project.
    /// - Parameter lifetime: of temporary keys that were obtained; nil: the key was handed over.
    func credential(_ key: AccessKey, lifetime: Duration? = nil) async throws(CredentialFailure) -> IssuedCredential {
        var wasObtained = lifetime != nil
        var projectID: String?
        switch project {
        case nil: break
        case .id(let id):
            guard id.isHeaderValue else {
                throw CredentialFailure("the project's id holds characters that no header can carry", cause: .rejected)
            }
            projectID = id
        case .name(let name):
            wasObtained = wasObtained || found == nil
            projectID = try await id(named: name, key)
        }
        return IssuedCredential(
            credential: .key(key, projectID: projectID, clock: exchanges.clock), lifetime: lifetime,
            wasObtained: wasObtained)
    }

    private func id(named name: String, _ key: AccessKey) async throws(CredentialFailure) -> String {
        if let found { return found }
        let signer = Credential.key(key, projectID: nil, clock: exchanges.clock)
        let id = try await IAM(url: iamURL, exchanges: exchanges).projectID(named: name, authorize: signer.authorize)
        found = id
        return id
    }
}
