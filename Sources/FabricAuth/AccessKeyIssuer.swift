// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import Secrets
internal import Transport

/// Which project an access key is for.
public enum ProjectChoice: Sendable, Equatable {
    /// The one of this id.
    case id(String)
    /// The one of this name, whose id IAM knows.
    case named(String, iamURL: String)
}

extension RenewingCredentials {
    /// An access key: each request is signed.
    /// - Parameters:
    ///   - id: the key's id (AK).
    ///   - secret: the key itself (SK).
    ///   - securityToken: what temporary keys come with.
    public static func accessKey(
        id: String, secret: SecretSource, securityToken: SecretSource?, project: ProjectChoice,
        exchanges: CredentialExchanges
    ) -> RenewingCredentials {
        let issuer = AccessKeyIssuer(
            id: id, secret: secret, securityToken: securityToken,
            project: ProjectLookup(project, exchanges: exchanges))
        return RenewingCredentials(issuer, exchanges: exchanges)
    }
}

/// Makes credentials of an access key that was handed over.
struct AccessKeyIssuer: CredentialIssuer {
    let id: String
    let secret: SecretSource
    let securityToken: SecretSource?
    let project: ProjectLookup

    /// There is no other key where the one was refused.
    var canReplace: Bool { false }

    func secrets() async throws(CredentialFailure) -> [Secret] {
        guard id.isHeaderValue else {
            throw CredentialFailure("the access key's id holds characters that no header can carry")
        }
        var secrets = [try await secret.read(isHeader: true)]
        if let securityToken { secrets.append(try await securityToken.read(isHeader: true)) }
        return secrets
    }

    func key(_ secrets: [Secret]) -> AccessKey {
        AccessKey(id: id, secret: secrets[0], securityToken: secrets.count > 1 ? secrets[1] : nil)
    }

    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential {
        let key = key(secrets)
        let (projectID, wasAsked) = try await project.id(with: key)
        return IssuedCredential(form: .key(key, projectID: projectID), lifetime: nil, wasObtained: wasAsked)
    }
}

/// The id of the project, asked for once.
actor ProjectLookup {
    private let choice: ProjectChoice
    private let exchanges: CredentialExchanges
    private var found: String?

    init(_ choice: ProjectChoice, exchanges: CredentialExchanges) {
        self.choice = choice
        self.exchanges = exchanges
    }

    /// The id, and whether IAM was asked for it now.
    func id(with key: AccessKey) async throws(IssueFailure) -> (id: String, wasAsked: Bool) {
        switch choice {
        case .id(let id):
            guard id.isHeaderValue else {
                throw IssueFailure("the project's id holds characters that no header can carry", isRefusal: true)
            }
            return (id, false)
        case .named(let name, let iamURL):
            if let found { return (found, false) }
            let signer = RequestSigner(key: key, projectID: nil)
            let date = SignatureDate.text(exchanges.clock.wallMicroseconds)
            let id = try await IAM(url: iamURL, exchanges: exchanges)
                .projectID(named: name, striking: key.secrets) { signer.sign(&$0, date: date) }
            found = id
            return (id, true)
        }
    }
}
