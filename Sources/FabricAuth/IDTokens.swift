// SPDX-License-Identifier: Apache-2.0
internal import JSONText
internal import Secrets
internal import Transport

/// Exchanges the id token of a foreign identity provider for a token of one project. The file rotates, so it is read again
/// at each renewal.
struct IDTokenIssuer: CredentialIssuer {
    let provider: String
    let token: SecretSource
    let scope: TokenScope
    let iam: IAM

    var canReplace: Bool { true }

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await token.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential {
        let project: JSONValue =
            switch scope {
            case .name(let name): .object([("name", .string(name))])
            case .id(let id): .object([("id", .string(id))])
            }
        let body = secrets[0].withExposedValue { token in
            JSONValue.object([
                (
                    "auth",
                    .object([
                        ("id_token", .object([("id", .string(token))])), ("scope", .object([("project", project)])),
                    ])
                )
            ])
        }
        let (token, life) = try await iam.token(
            path: "/v3.0/OS-AUTH/id-token/tokens", body, headers: [HTTPHeader("X-Idp-Id", provider)], striking: secrets)
        return IssuedCredential(form: .token(token), lifetime: life ?? PasswordIssuer.assumedLife)
    }
}

/// Exchanges the id token of a foreign identity provider for temporary keys of an agency.
struct IDTokenKeys: TemporaryKeySource {
    let token: SecretSource
    let providerURN: String
    let agencyURN: String
    let sessionName: String
    let seconds: Int64
    let sts: IAM

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await token.read(isHeader: false)] }

    func key(_ secrets: [Secret]) async throws(IssueFailure) -> (key: AccessKey, lifetime: Duration?) {
        let body = secrets[0].withExposedValue { token in
            JSONValue.object([
                ("provider_urn", .string(providerURN)), ("agency_urn", .string(agencyURN)),
                ("agency_session_name", .string(sessionName)), ("id_token", .string(token)),
                ("duration_seconds", .integer(seconds)),
            ])
        }
        return try await sts.temporaryKey(
            path: "/v5/agencies/assume-with-oidc", body, name: "STS", striking: secrets
        ) { _ in }
    }
}
