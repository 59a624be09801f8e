// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Obtains temporary keys from the metadata service of an ECS machine. Requests a session token first, which older
/// services don't have.
struct MetadataKeyIssuer: CredentialIssuer {
    private static let name = "the metadata service"
    private static let noAgency = "Please configure Cloud Service Agency first"

    let url: String
    let client: CredentialClient
    let project: ProjectLookup

    /// Empty: the metadata service identifies the machine itself.
    func secrets() async throws(CredentialFailure) -> [Secret] { [] }

    func issue(_ secrets: [Secret]) async throws(CredentialFailure) -> IssuedCredential {
        var sessionToken = try await sessionToken()
        var response = try await securityKey(sessionToken)
        if response.status == 401, sessionToken != nil, !Self.saysNoAgency(response) {
            sessionToken = try await self.sessionToken()
            response = try await securityKey(sessionToken)
        }
        guard response.status == 200 else {
            if Self.saysNoAgency(response) || response.status == 404 {
                throw CredentialFailure(
                    "the metadata service has no keys (HTTP \(response.status)); assign an agency to this machine",
                    cause: .rejected)
            }
            throw CredentialFailure(
                response, to: "metadata service request for keys",
                wallMicroseconds: client.clock.wallMicroseconds)
        }
        let (key, lifetime) = try IAM.temporaryKey(
            response, from: Self.name, wallMicroseconds: client.clock.wallMicroseconds)
        return try await project.credential(key, lifetime: lifetime)
    }

    /// Requests a session token; nil if the service has no session tokens.
    private func sessionToken() async throws(CredentialFailure) -> Secret? {
        let response = try await client.send(
            .metadata, .put, "\(url)/meta-data/latest/api/token",
            headers: [HTTPHeader("X-Metadata-Token-Ttl-Seconds", "21600")], body: [], to: Self.name)
        switch response.status {
        case 200, 201:
            let text = String(decoding: response.body, as: UTF8.self).filter { !$0.isWhitespace }
            guard !text.isEmpty, text.isHeaderValue else {
                throw CredentialFailure("\(Self.name) returned no valid session token")
            }
            return Secret(text)
        case 404, 405, 503: return nil
        default:
            throw CredentialFailure(
                response, to: "metadata service request for a session token",
                wallMicroseconds: client.clock.wallMicroseconds)
        }
    }

    private func securityKey(_ sessionToken: Secret?) async throws(CredentialFailure) -> HTTPResponse {
        var headers = IAM.accept
        sessionToken?.withExposedValue { headers.append(HTTPHeader("X-Metadata-Token", $0)) }
        return try await client.send(
            .metadata, .get, "\(url)/openstack/latest/securitykey", headers: headers, to: Self.name)
    }

    private static func saysNoAgency(_ response: HTTPResponse) -> Bool {
        String(decoding: response.body.prefix(4_096), as: UTF8.self).contains(noAgency)
    }
}
