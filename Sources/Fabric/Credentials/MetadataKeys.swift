// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Asks the metadata service of an ECS machine: first for a session token, which older services don't have, then for the
/// keys.
struct MetadataKeys: CredentialIssuer {
    private static let name = "the metadata service"
    private static let noAgency = "Please configure Cloud Service Agency first"

    let url: String
    let exchanges: CredentialExchanges
    let project: ProjectLookup

    /// Nothing is configured: the machine itself is trusted.
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
                    "the metadata service has no keys: give this machine an agency (HTTP \(response.status))",
                    cause: .rejected)
            }
            throw CredentialFailure(
                response, from: "\(Self.name), asked for keys,",
                wallMicroseconds: exchanges.clock.wallMicroseconds)
        }
        let (key, lifetime) = try IAM.temporaryKey(
            response, from: Self.name, wallMicroseconds: exchanges.clock.wallMicroseconds)
        return try await project.credential(key, lifetime: lifetime)
    }

    /// A session token; nil where the service knows none.
    private func sessionToken() async throws(CredentialFailure) -> Secret? {
        let response = try await exchanges.send(
            .metadata, .put, "\(url)/meta-data/latest/api/token",
            headers: [HTTPHeader("X-Metadata-Token-Ttl-Seconds", "21600")], body: [], to: Self.name)
        switch response.status {
        case 200, 201:
            let text = String(decoding: response.body, as: UTF8.self).filter { !$0.isWhitespace }
            guard !text.isEmpty, text.isHeaderValue else {
                throw CredentialFailure("\(Self.name) sent no usable session token")
            }
            return Secret(text)
        case 404, 405, 503: return nil
        default:
            throw CredentialFailure(
                response, from: "\(Self.name), asked for a session token,",
                wallMicroseconds: exchanges.clock.wallMicroseconds)
        }
    }

    private func securityKey(_ sessionToken: Secret?) async throws(CredentialFailure) -> HTTPResponse {
        var headers = IAM.accept
        sessionToken?.withExposedValue { headers.append(HTTPHeader("X-Metadata-Token", $0)) }
        return try await exchanges.send(
            .metadata, .get, "\(url)/openstack/latest/securitykey", headers: headers, to: Self.name)
    }

    private static func saysNoAgency(_ response: HTTPResponse) -> Bool {
        String(decoding: response.body.prefix(4_096), as: UTF8.self).contains(noAgency)
    }
}
