// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import JSONText
internal import Secrets
internal import Transport

/// Which project a token is for.
public enum TokenScope: Sendable, Equatable {
    /// The project of this name.
    case name(String)
    /// The project of this id.
    case id(String)
}

/// An IAM user.
public struct IAMUser: Sendable {
    let domain: String
    let name: String
    let password: SecretSource

    /// - Parameter domain: the name of the account the user belongs to.
    public init(domain: String, name: String, password: SecretSource) {
        self.domain = domain
        self.name = name
        self.password = password
    }
}

extension RenewingCredentials {
    /// An IAM user's password, exchanged for a token of one project.
    public static func password(
        _ user: IAMUser, scope: TokenScope, iamURL: String, exchanges: CredentialExchanges
    ) -> RenewingCredentials {
        let iam = IAM(url: iamURL, exchanges: exchanges)
        return RenewingCredentials(PasswordIssuer(user: user, scope: scope, iam: iam), exchanges: exchanges)
    }
}

/// Obtains tokens with a password.
struct PasswordIssuer: CredentialIssuer {
    /// How long a token is believed to live where IAM does not say it, in spite of its documents.
    static let assumedLife = Duration.seconds(86_400)

    let user: IAMUser
    let scope: TokenScope
    let iam: IAM

    var canReplace: Bool { true }

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await user.password.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential {
        let (token, life) = try await token(secrets)
        return IssuedCredential(form: .token(token), lifetime: life)
    }

    func token(_ secrets: [Secret]) async throws(IssueFailure) -> (token: Secret, lifetime: Duration) {
        let project: JSONValue =
            switch scope {
            case .name(let name): .object([("name", .string(name))])
            case .id(let id): .object([("id", .string(id))])
            }
        let body = secrets[0].withExposedValue { password in
            JSONValue.object([
                (
                    "auth",
                    .object([
                        (
                            "identity",
                            .object([
                                ("methods", .array([.string("password")])),
                                (
                                    "password",
                                    .object([
                                        (
                                            "user",
                                            .object([
                                                ("name", .string(user.name)), ("password", .string(password)),
                                                ("domain", .object([("name", .string(user.domain))])),
                                            ])
                                        )
                                    ])
                                ),
                            ])
                        ), ("scope", .object([("project", project)])),
                    ])
                )
            ])
        }
        let (token, life) = try await iam.token(body, striking: secrets)
        return (token, life ?? Self.assumedLife)
    }
}
