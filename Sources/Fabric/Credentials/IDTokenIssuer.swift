// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Obtains a project-scoped token for the ID token of an external identity provider. The token's file is rotated, so
/// it is read at each renewal.
struct IDTokenIssuer: CredentialIssuer {
    let provider: String
    let token: SecretSource
    let scope: NameOrID
    let iam: IAM

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await token.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let body = secrets[0].withExposedValue { token -> JSONValue in
            ["auth": ["id_token": ["id": .string(token)], "scope": ["project": .object([scope.member()])]]]
        }
        return try await iam.token(
            path: "/v3.0/OS-AUTH/id-token/tokens", body, headers: [HTTPHeader("X-Idp-Id", provider)])
    }
}

/// Obtains, for the ID token of an external identity provider, temporary keys of an agency.
struct IDTokenKeyIssuer: CredentialIssuer {
    let token: SecretSource
    let providerURN: String
    let agencyURN: String
    let sessionName: String
    let seconds: Int64
    let sts: IAM
    let project: ProjectLookup

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await token.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let body = secrets[0].withExposedValue { token -> JSONValue in
            [
                "provider_urn": .string(providerURN), "agency_urn": .string(agencyURN),
                "agency_session_name": .string(sessionName), "id_token": .string(token),
                "duration_seconds": .integer(seconds),
            ]
        }
        let (key, lifetime) = try await sts.temporaryKey(
            path: "/v5/agencies/assume-with-oidc", body, service: "STS"
        ) { _ in }
        return try await project.credential(key, lifetime: lifetime)
    }
}
