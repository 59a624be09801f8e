// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// Where temporary keys come from.
protocol TemporaryKeySource: Sendable {
    /// See ``CredentialIssuer/secrets()``.
    func secrets() async throws(CredentialFailure) -> [Secret]

    /// Keys, and how long they live.
    func key(_ secrets: [Secret]) async throws(IssueFailure) -> (key: AccessKey, lifetime: Duration?)
}

/// Makes credentials of temporary keys: each request is signed, until they end and others are obtained.
struct TemporaryKeyIssuer: CredentialIssuer {
    /// How long keys are believed to live where nobody says it: the shortest that is ever given.
    static let assumedLife = Duration.seconds(900)

    let source: any TemporaryKeySource
    let project: ProjectLookup

    var canReplace: Bool { true }

    func secrets() async throws(CredentialFailure) -> [Secret] { try await source.secrets() }

    func issue(_ secrets: [Secret]) async throws(IssueFailure) -> IssuedCredential {
        let (key, lifetime) = try await source.key(secrets)
        let (projectID, _) = try await project.id(with: key)
        return IssuedCredential(form: .key(key, projectID: projectID), lifetime: lifetime ?? Self.assumedLife)
    }
}
