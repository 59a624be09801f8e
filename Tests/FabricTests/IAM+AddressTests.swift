// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("The address of IAM")
struct IAMAddressTests {
    @Test(
        "A trailing version and trailing slashes are dropped",
        arguments: [
            ("https://iam.example.com", "https://iam.example.com"),
            ("https://iam.example.com/", "https://iam.example.com"),
            ("https://iam.example.com/v3", "https://iam.example.com"),
            ("https://iam.example.com/v3/", "https://iam.example.com"),
            ("https://iam.example.com/v3.0//", "https://iam.example.com"),
            ("https://iam.example.com//v3", "https://iam.example.com"),
            ("https://iam.example.com/v3/v3", "https://iam.example.com"),
            ("https://iam.example.com/V3", "https://iam.example.com"),
            ("https://sts.example.com/v5", "https://sts.example.com"),
            ("https://gateway.example.com/iam/v3", "https://gateway.example.com/iam"),
            ("https://gateway.example.com/iam", "https://gateway.example.com/iam"),
            ("https://example.com/vault", "https://example.com/vault"),
            ("https://example.com/v", "https://example.com/v"),
            ("https://example.com/v3.", "https://example.com/v3."), ("https://v3", "https://v3"),
            ("http://v3/v3", "http://v3"),
        ])
    func normalized(url: String, expected: String) { #expect(IAM.withoutVersion(url) == expected) }

    private func client(_ transport: FakeTransport) -> CredentialClient {
        CredentialClient(transport: transport, direct: transport, timeout: .seconds(10), clock: ManualClock())
    }

    /// Returns the first URL that is requested for a credential from `variables`.
    private func firstURL(_ variables: [String: String]) async throws -> String? {
        let transport = FakeTransport([.response(500)])
        let credentials = try EnvironmentCredentials(variables, region: "r", client: client(transport)).provider()
        _ = try? await credentials.credential()
        return transport.urls.first
    }

    @Test("A version is dropped from every setting with an address of IAM or STS")
    func everywhere() async throws {
        let token = try TemporaryFile("id-token")
        let file = try TemporaryFile("[basic]\nak = AK\nsk = secret\niam_endpoint = https://file.example.com/v3.0/\n")
        let key = try TemporaryFile("[basic]\nak = AK\nsk = secret\n")
        defer { for each in [token, file, key] { each.remove() } }
        let iam = ["HUAWEICLOUD_SDK_IAM_ENDPOINT": "https://iam.example.com/v3/"]
        let keys = ["HUAWEICLOUD_SDK_AK": "AK", "HUAWEICLOUD_SDK_SK": "secret"]
        let federated = ["HUAWEICLOUD_SDK_IDP_ID": "idp", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": token.path]
        let sts = [
            "HUAWEICLOUD_OIDC_PROVIDER_URN": "p", "HUAWEICLOUD_OIDC_AGENCY_URN": "a",
            "HUAWEICLOUD_OIDC_TOKEN_FILE": token.path, "HUAWEICLOUD_SDK_STS_ENDPOINT": "https://sts.example.com/v5/",
        ]
        let both = { (left: [String: String], right: [String: String]) in left.merging(right) { $1 } }
        #expect(try await firstURL(both(iam, keys)) == "https://iam.example.com/v3/projects?name=r")
        #expect(
            try await firstURL(both(iam, federated)) == "https://iam.example.com/v3.0/OS-AUTH/id-token/tokens")
        #expect(try await firstURL(both(iam, sts)) == "https://sts.example.com/v5/agencies/assume-with-oidc")
        #expect(
            try await firstURL(both(iam, ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": key.path]))
                == "https://iam.example.com/v3/projects?name=r")
        #expect(
            try await firstURL(both(iam, ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": file.path]))
                == "https://file.example.com/v3/projects?name=r")
        let transport = FakeTransport([.response(500)])
        let password = try AuthSettings.password(
            PasswordSettings(
                iamURL: "https://iam.example.com/v3", domain: "d", user: "u", password: .value(Secret("p")),
                project: .id("p"))
        ).provider(region: nil, client: client(transport))
        _ = try? await password.credential()
        #expect(transport.urls == ["https://iam.example.com/v3/auth/tokens?nocatalog=true"])
    }

    @Test("An endpoint in the credentials file must be a URL")
    func badEndpoint() async throws {
        let file = try TemporaryFile("[basic]\nak = AK\nsk = secret\niam_endpoint = iam.example.com\n")
        defer { file.remove() }
        let credentials = try EnvironmentCredentials(
            ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": file.path], region: "r",
            client: client(FakeTransport([.response(500)]))
        ).provider()
        let failure = await #expect(throws: CredentialFailure.self) { try await credentials.credential() }
        #expect(failure?.description.contains("iam_endpoint in \(file.path) must be a URL") == true)
    }

    @Test("A 404 or 405 reports the address and doesn't lock the source out", arguments: [404, 405])
    func notFound(status: Int) async throws {
        let scene = PasswordScene { number in
            number < 3
                ? .response(status, #"{"error_code":"APIG.0101","error_msg":"no such API"}"#)
                : PasswordScene.token(number, life: 900)
        }
        for pause in [1, 2, 4] {
            let failure = await #expect(throws: CredentialFailure.self) { try await scene.sent() }
            #expect(failure?.cause == .address)
            #expect(
                failure?.description
                    == "IAM token request failed: HTTP \(status) APIG.0101: no such API; no such service at "
                    + "https://iam.example.com/v3/auth/tokens; check iam_url (or HUAWEICLOUD_SDK_IAM_ENDPOINT)")
            #expect(scene.credentials.status.nextProbe == nil)
            scene.clock.advance(by: .seconds(pause))
        }
        #expect(try await scene.sent() == "token-3")
    }

    @Test("A 404 of the project lookup reports the address, too")
    func lookup() async throws {
        let credentials = try AuthSettings.accessKey(
            AccessKeySettings(
                id: "AK", secret: .value(Secret("secret-key")), iamURL: "https://iam.example.com/identity")
        ).provider(region: "r", client: client(FakeTransport([.response(404)])))
        let failure = await #expect(throws: CredentialFailure.self) { try await credentials.credential() }
        #expect(failure?.cause == .address)
        #expect(failure?.description.contains("at https://iam.example.com/identity/v3/projects; check iam_url") == true)
        #expect(credentials.status.nextProbe == nil)
    }
}
