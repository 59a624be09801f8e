// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

@testable import Simulator

/// A cloud with one user, key, agency and id token, and a clock that the test sets.
private struct IdentityScene {
    static let list = "/v1/workspaces?enterprise_project_id=all_granted_eps"
    static let key = (id: "AKOFTHETEST", secret: "secret-key-of-the-test")
    let cloud = SimulatedCloud(tokens: [])
    let time = MovableTime()

    init() {
        let time = time
        cloud.setClock { time.seconds * 1_000_000 }
        cloud.updateIdentity { identity in
            identity.users = [(domain: "acme", name: "exporter", password: "pa\"ss wörd")]
            identity.keys = [Self.key.id: .init(secret: Self.key.secret)]
            identity.projects = [(id: "project-1", name: "cn-north-4"), (id: "p2", name: "cn-north-4_sub")]
            identity.agencies = ["monitoring"]
            identity.idTokens = ["id-token-1"]
        }
    }

    func token(
        password: String = #"pa\"ss w\u00f6rd"#, scope: String = #"{"project":{"name":"cn-north-4"}}"#
    ) async
        -> Response
    {
        let user = #"{"name":"exporter","password":"\#(password)","domain":{"name":"acme"}}"#
        let identity = #"{"methods":["password"],"password":{"user":\#(user)}}"#
        return await cloud.send(
            "POST", "/v3/auth/tokens?nocatalog=true", headers: [("Content-Type", "application/json")],
            #"{"auth":{"identity":\#(identity),"scope":\#(scope)}}"#)
    }

    func list(token: String) async -> Int {
        await cloud.send("GET", Self.list, headers: [("X-Auth-Token", token)]).status
    }

    func signed(
        _ target: String = Self.list, key: (id: String, secret: String) = Self.key, projectID: String? = "project-1",
        securityToken: String? = nil, at seconds: Int64? = nil
    ) async throws -> Response {
        await cloud.send(
            try signedRequest(
                target, key: key, at: seconds ?? time.seconds, projectID: projectID, securityToken: securityToken))
    }
}

extension Response {
    /// The temporary key in the response, in either format.
    fileprivate var key: (id: String, secret: String, token: String)? {
        guard let key = json?["credential"] ?? json?["credentials"],
            let id = key["access"]?.string ?? key["access_key_id"]?.string,
            let secret = key["secret"]?.string ?? key["secret_access_key"]?.string,
            let token = key["securitytoken"]?.string ?? key["security_token"]?.string
        else { return nil }
        return (id, secret, token)
    }
}

@Suite("The simulated IAM, STS and metadata service")
struct SimulatedCloudIdentityTests {
    private static let idp = [(name: "X-Idp-Id", value: "idp"), (name: "Content-Type", value: "application/json")]
    private let scene = IdentityScene()

    @Test("Tokens with a negative lifetime are expired when issued")
    func expiredOnArrival() async throws {
        scene.cloud.updateIdentity { $0.life = -60 }
        let issued = await scene.token()
        #expect(issued.status == 201)
        let token = try #require(issued.header("X-Subject-Token"))
        #expect(issued.json?["token", "expires_at"]?.string == Timestamp.zulu(scene.time.seconds - 60))
        #expect(await scene.list(token: token) == 401)
    }

    @Test("A throttled IAM responds like its gateway, and issues tokens afterward")
    func throttled() async {
        scene.cloud.inject(
            .gatewayThrottled(retryAfter: .date(secondsFromNow: 30)), times: 1, for: .operation(.createToken))
        let response = await scene.token()
        #expect(response.status == 429)
        #expect(response.header("Retry-After") == Timestamp.http(scene.time.seconds + 30))
        #expect(await scene.token().status == 201)
    }

    @Test("A password gives a token of the project until it expires or is revoked")
    func token() async throws {
        scene.cloud.updateIdentity { $0.life = 6 }
        let response = await scene.token()
        #expect(response.status == 201)
        #expect(response.json?["token"]?["expires_at"]?.string == Timestamp.zulu(scene.time.seconds + 6))
        #expect(response.json?["token"]?["issued_at"]?.string == Timestamp.zulu(scene.time.seconds))
        #expect(response.json?["token"]?["project"]?["id"]?.string == "project-1")
        let token = try #require(response.header("X-Subject-Token"))
        #expect(await scene.list(token: token) == 200)
        scene.time.advance(6)
        #expect(await scene.list(token: token) == 401)
        let next = try #require(await scene.token().header("X-Subject-Token"))
        #expect(await scene.list(token: next) == 200)
        scene.cloud.updateIdentity { $0.revokeTokens() }
        #expect(await scene.list(token: next) == 401)
    }

    @Test("A project can be selected by id, and an unknown one is rejected")
    func scope() async throws {
        #expect(await scene.token(scope: #"{"project":{"id":"p2"}}"#).json?["token"]?["project"]?["id"]?.string == "p2")
        #expect(await scene.token(scope: #"{"project":{"name":"elsewhere"}}"#).status == 400)
    }

    @Test("Five wrong passwords within 15 minutes lock the user for 15 minutes")
    func wrongPassword() async {
        for _ in 0..<5 { #expect(await scene.token(password: "wrong").status == 401) }
        #expect(scene.cloud.identity.isLocked("exporter", at: scene.time.seconds * 1_000_000))
        let locked = await scene.token()
        #expect(locked.status == 401 && locked.text.contains("locked"))
        scene.time.advance(899)
        #expect(await scene.token().status == 401)
        scene.time.advance(1)
        #expect(await scene.token().status == 201)
    }

    @Test("Wrong passwords older than 15 minutes do not count")
    func oldFailures() async {
        for _ in 0..<4 { _ = await scene.token(password: "wrong") }
        scene.time.advance(900)
        for _ in 0..<4 { _ = await scene.token(password: "wrong") }
        #expect(await scene.token().status == 201)
    }

    @Test("Signed requests are accepted; without a project, workspaces do not exist")
    func signed() async throws {
        #expect(try await scene.signed().status == 200)
        let none = try await scene.signed(projectID: nil)
        #expect(none.status == 400 && none.text.contains("00010003"))
        #expect(try await scene.signed(projectID: "another").status == 400)
    }

    @Test("More than five consecutive failures lock a key for 5 minutes")
    func lockedKey() async throws {
        let wrong = (id: IdentityScene.key.id, secret: "wrong")
        for _ in 0..<5 { #expect(try await scene.signed(key: wrong).status == 401) }
        #expect(try await scene.signed().status == 200)
        for _ in 0..<6 { #expect(try await scene.signed(key: wrong).status == 401) }
        let locked = try await scene.signed()
        #expect(locked.status == 401 && locked.text.contains("locked"))
        scene.time.advance(300)
        #expect(try await scene.signed().status == 200)
    }

    @Test("Errors contain the canonical request, or say that the clock is off by more than 15 minutes")
    func errors() async throws {
        scene.cloud.updateIdentity { $0.keys["temporary"] = .init(secret: "SK", securityToken: "planted-token") }
        let echo = try await scene.signed(key: ("temporary", "wrong"), securityToken: "planted-token")
        #expect(echo.text.contains("x-security-token:planted-token"))
        #expect(try await scene.signed(at: scene.time.seconds - 900).status == 200)
        let late = try await scene.signed(at: scene.time.seconds - 901)
        #expect(late.status == 401 && late.text.contains("15 minutes"))
        #expect(late.header("Date") == Timestamp.http(scene.time.seconds))
    }

    @Test("Projects are listed by name, with a signature or a token")
    func projects() async throws {
        let one = try await scene.signed("/v3/projects?name=cn-north-4", projectID: nil)
        #expect(one.json?["projects"]?.text == #"[{"id":"project-1","name":"cn-north-4"}]"#)
        let token = try #require(await scene.token().header("X-Subject-Token"))
        let none = await scene.cloud.send("GET", "/v3/projects?name=x", headers: [("X-Auth-Token", token)])
        #expect(none.json?["projects"]?.text == "[]")
        #expect(await scene.cloud.send("GET", "/v3/projects", headers: [("X-Auth-Token", "no")]).status == 401)
    }

    @Test("Agencies are assumed with a token or signature; their keys require a security token and expire")
    func agency() async throws {
        let token = try #require(await scene.token().header("X-Subject-Token"))
        let role = #"{"agency_name":"monitoring","domain_name":"owner","duration_seconds":900}"#
        let body = #"{"auth":{"identity":{"methods":["assume_role"],"assume_role":\#(role)}}}"#
        let path = "/v3.0/OS-CREDENTIAL/securitytokens"
        let response = await scene.cloud.send("POST", path, headers: [("X-Auth-Token", token)], body)
        #expect(response.status == 201)
        let key = try #require(response.key)
        let pair = (key.id, key.secret)
        #expect(try await scene.signed(key: pair, securityToken: key.token).status == 200)
        #expect(try await scene.signed(key: pair).status == 401)
        scene.time.advance(900)
        #expect(try await scene.signed(key: pair, securityToken: key.token).status == 401)
        let signed = try signedRequest(path, key: IdentityScene.key, at: scene.time.seconds, method: "POST", body: body)
        #expect(await scene.cloud.send(signed).status == 201)
        let strange = body.replacing("monitoring", with: "strange")
        #expect(await scene.cloud.send("POST", path, headers: [("X-Auth-Token", token)], strange).status == 403)
    }

    @Test("An id token gives an IAM token, which gives keys, or STS keys directly")
    func idToken() async throws {
        let scope = #"{"project":{"name":"cn-north-4"}}"#
        let body = #"{"auth":{"id_token":{"id":"id-token-1"},"scope":\#(scope)}}"#
        let path = "/v3.0/OS-AUTH/id-token/tokens"
        let response = await scene.cloud.send("POST", path, headers: Self.idp, body)
        let token = try #require(response.header("X-Subject-Token"))
        let exchange = #"{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":900}}}}"#
        let keys = await scene.cloud.send(
            "POST", "/v3.0/OS-CREDENTIAL/securitytokens", headers: [("X-Auth-Token", token)], exchange)
        let key = try #require(keys.key)
        #expect(try await scene.signed(key: (key.id, key.secret), securityToken: key.token).status == 200)

        let assume =
            #"{"provider_urn":"urn:provider","agency_urn":"urn:agency","agency_session_name":"s","id_token":"T"}"#
        let sts = "/v5/agencies/assume-with-oidc"
        let temporary = try #require(
            await scene.cloud.send("POST", sts, assume.replacing("\"T\"", with: "\"id-token-1\"")).key)
        let pair = (temporary.id, temporary.secret)
        #expect(try await scene.signed(key: pair, securityToken: temporary.token).status == 200)
        #expect(await scene.cloud.send("POST", sts, assume).status == 401)
        #expect(await scene.cloud.send("POST", path, headers: [Self.idp[1]], body).status == 401)
    }

    @Test(
        "The metadata service requires a session token if it supports them, and issues keys to machines with an agency")
    func metadata() async throws {
        let path = "/openstack/latest/securitykey"
        let wish = [(name: "X-Metadata-Token-Ttl-Seconds", value: "21600")]
        #expect(await scene.cloud.send("GET", path).status == 401)
        let session = await scene.cloud.send("PUT", "/meta-data/latest/api/token", headers: wish)
        let headers = [(name: "X-Metadata-Token", value: session.text)]
        scene.cloud.updateIdentity { $0.life = 900 }
        let first = try #require(await scene.cloud.send("GET", path, headers: headers).key)
        scene.time.advance(899)
        let second = try #require(await scene.cloud.send("GET", path, headers: headers).key)
        for key in [first, second] {
            #expect(try await scene.signed(key: (key.id, key.secret), securityToken: key.token).status == 200)
        }
        scene.time.advance(1)
        #expect(try await scene.signed(key: (first.id, first.secret), securityToken: first.token).status == 401)
        scene.cloud.updateIdentity { $0.sessionTokenStatus = 404 }
        #expect(await scene.cloud.send("PUT", "/meta-data/latest/api/token", headers: wish).status == 404)
        #expect(await scene.cloud.send("GET", path).key != nil)
        scene.cloud.updateIdentity { $0.hasMachineAgency = false }
        #expect(await scene.cloud.send("GET", path).text.contains("Please configure Cloud Service Agency first"))
    }
}
