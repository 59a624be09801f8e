// SPDX-License-Identifier: Apache-2.0
internal import Base

/// Obtains project-scoped tokens with an IAM user's password.
struct PasswordIssuer: CredentialIssuer {
    let user: PasswordSettings
    let iam: IAM

    func secrets() async throws(CredentialFailure) -> [Secret] { [try await user.password.read(isHeader: false)] }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        let name = JSONValue.string(user.user)
        let body = secrets[0].withExposedValue { password -> JSONValue in
            let user: JSONValue = [
                "name": name, "password": .string(password), "domain": ["name": .string(user.domain)],
            ]
            return [
                "auth": [
                    "identity": ["methods": ["password"], "password": ["user": user]],
                    "scope": ["project": .object([self.user.project.member()])],
                ]
            ]
        }
        return try await iam.token(body)
    }
}
