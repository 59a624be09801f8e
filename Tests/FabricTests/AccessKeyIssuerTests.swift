// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Access keys")
struct AccessKeyIssuerTests {
    private func credentials(
        _ transport: FakeTransport, secret: SecretSource = .value(Secret("sk-0123456789abcdef")),
        projectID: String? = nil, clock: ManualClock = ManualClock()
    ) throws -> any CredentialProvider {
        let client = CredentialClient(
            transport: transport, direct: transport, timeout: .seconds(10), clock: clock)
        let key = AccessKeySettings(
            id: "EXAMPLEAK", secret: secret, securityToken: .value(Secret("session-token-of-sts")),
            projectID: projectID, iamURL: "https://iam.example.com")
        return try AuthSettings.accessKey(key).provider(region: "cn-north-4", client: client)
    }

    private func signed(_ credential: Credential) -> HTTPRequest {
        var request = HTTPRequest(url: "https://a.example/v1/x?b=1&a=2", timeout: .seconds(1), maxBodyBytes: 1)
        credential.authorize(&request)
        return request
    }

    private func value(_ request: HTTPRequest, _ name: String) -> String? {
        request.headers.first { $0.name == name }?.value
    }

    @Test("A configured project ID needs no request, and each attempt is signed with the current time")
    func givenProject() async throws {
        let transport = FakeTransport([.response(500)])
        let clock = ManualClock(wallSeconds: 1_772_352_930)
        let credential = try await credentials(transport, projectID: "p-1", clock: clock).credential()
        let first = signed(credential)
        #expect(value(first, "X-Sdk-Date") == "20260301T081530Z")
        #expect(value(first, "X-Project-Id") == "p-1")
        #expect(value(first, "X-Security-Token") == "session-token-of-sts")
        #expect(first.url == "https://a.example/v1/x?a=2&b=1")
        clock.advance(by: .seconds(1))
        let second = signed(credential)
        #expect(value(second, "X-Sdk-Date") == "20260301T081531Z")
        #expect(value(second, "Authorization") != value(first, "Authorization"))
        #expect(transport.requests.isEmpty)
    }

    @Test("The project's ID is looked up once, with a signed request")
    func lookup() async throws {
        let transport = FakeTransport([.response(200, #"{"projects":[{"id":"p-2","name":"cn-north-4"}]}"#)])
        let credentials = try credentials(transport)
        for _ in 0..<3 { #expect(value(signed(try await credentials.credential()), "X-Project-Id") == "p-2") }
        #expect(transport.urls == ["https://iam.example.com/v3/projects?name=cn-north-4"])
        let request = try #require(transport.requests.first)
        #expect(value(request, "Authorization")?.hasPrefix("SDK-HMAC-SHA256 Access=EXAMPLEAK, ") == true)
        #expect(value(request, "X-Project-Id") == nil)
    }

    @Test(
        "No project, or more than one, is an error with a remedy",
        arguments: [
            (#"{"projects":[]}"#, "IAM has no project named cn-north-4; set project_id"),
            (#"{"projects":[{"id":"a"},{"id":"b"}]}"#, "IAM has 2 projects named cn-north-4; set project_id"),
            ("<html>", "IAM project lookup failed: the response is not a list of projects"),
            (#"{"projects":[{"id":"a b"}]}"#, "IAM returned no valid ID for project cn-north-4"),
        ])
    func wrongProjects(body: String, message: String) async throws {
        let credentials = try credentials(FakeTransport([.response(200, body)]))
        let failure = await #expect(throws: CredentialFailure.self) { try await credentials.credential() }
        #expect(failure?.description == message)
    }

    @Test("A changed key results in a new credential; an unchanged key has no replacement")
    func changedFile() async throws {
        let file = try TemporaryFile("sk-0123456789abcdef")
        defer { file.remove() }
        let credentials = try credentials(
            FakeTransport([.response(500)]), secret: .file(path: file.path), projectID: "p")
        let first = try await credentials.credential()
        #expect(try await credentials.replacement(for: first) == nil)
        try file.replace("sk-fedcba9876543210")
        let second = try #require(try await credentials.replacement(for: first))
        #expect(second.generation > first.generation)
        #expect(value(signed(first), "Authorization") != value(signed(second), "Authorization"))
        let echo = "echo sk-0123456789abcdef sk-fedcba9876543210 session-token-of-sts"
        #expect(KnownSecrets.shared.redacting(echo) == "echo <REDACTED> <REDACTED> <REDACTED>")
    }

    @Test("Wrong keys are not retried within a minute")
    func wrongKeys() async throws {
        let transport = FakeTransport([.response(401, #"{"error_code":"APIG.0301","error_msg":"no"}"#)])
        let credentials = try credentials(transport)
        for _ in 0..<40 {
            await #expect(throws: CredentialFailure.self) { try await credentials.credential() }
        }
        #expect(transport.requests.count == 1)
    }
}
