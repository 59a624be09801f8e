// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

@Suite("Credentials from the environment", .serialized, .timeLimit(.minutes(5)))
struct ExporterEnvironmentTests {
    private static let secret = "exampleSecretKey/0123456789"
    private static let project = "0605767ac280d5762f8cc01ab2b4ba1d"

    private static func cloud(clock: ManualClock, life: Int64 = 86_400) -> SimulatedCloud {
        let cloud = Scene.cloud(seed: 7, workspaces: 3, endpointsEach: 3)
        cloud.tokens = []
        cloud.setClock { clock.wallMicroseconds }
        cloud.updateIdentity {
            $0.life = life
            $0.keys["EXAMPLEAK"] = .init(secret: secret)
            $0.idTokens = ["id-token-1"]
        }
        return cloud
    }

    @Test("An access key from variables takes precedence over the credentials file")
    func variables() async throws {
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock)
        try await Scene.run(
            cloud, auth: .environment,
            environmentAt: { url in
                [
                    "HUAWEICLOUD_SDK_AK": "EXAMPLEAK", "HUAWEICLOUD_SDK_SK": Self.secret,
                    "HUAWEICLOUD_SDK_IAM_ENDPOINT": url + "/", "HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/nowhere",
                ]
            }, clock: clock
        ) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
            #expect(cloud.requestCount(.listProjects) == 1)
        }
    }

    @Test("The credentials file's section [basic] is reloaded when it changes")
    func file() async throws {
        let file = try TemporaryFile("[global]\nak = no\nsk = no\n[basic]\n# the old one\nak=EXAMPLEAK\nsk=wrong-key\n")
        defer { file.remove() }
        let clock = ManualClock()
        let cloud = Self.cloud(clock: clock)
        try await Scene.run(
            cloud, auth: .environment,
            environmentAt: { _ in ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": file.path] }, clock: clock
        ) { scene in
            try file.replace("[basic]\r\nak = EXAMPLEAK\r\nsk = wrong-key\r\nproject_id = \(Self.project)\r\n")
            await scene.exporter.pollOnce()
            #expect(scene.page().failures(of: "workspace-0") == ["unauthenticated": "1"])
            try file.replace("[basic]\nak = EXAMPLEAK\nsk = \(Self.secret)\nproject_id = \(Self.project)\n")
            await scene.exporter.pollOnce()
            #expect(scene.exporter.failing.isEmpty, "\(scene.page().failures(of: "workspace-0"))")
        }
    }

    @Test("An id token is exchanged through IAM or STS, and its file is read at each renewal")
    func idToken() async throws {
        for isNew in [false, true] {
            let file = try TemporaryFile("id-token-1")
            defer { file.remove() }
            let clock = ManualClock()
            let cloud = Self.cloud(clock: clock, life: 900)
            try await Scene.run(
                cloud, auth: .environment,
                environmentAt: { url in
                    let kind =
                        isNew
                        ? [
                            "HUAWEICLOUD_OIDC_PROVIDER_URN": "iam::d:oidc",
                            "HUAWEICLOUD_OIDC_AGENCY_URN": "iam::d:agency:a",
                            "HUAWEICLOUD_OIDC_TOKEN_FILE": file.path, "HUAWEICLOUD_SDK_STS_ENDPOINT": url,
                        ]
                        : ["HUAWEICLOUD_SDK_IDP_ID": "idp", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": file.path]
                    return kind.merging(["HUAWEICLOUD_SDK_IAM_ENDPOINT": url]) { $1 }
                }, clock: clock
            ) { scene in
                for round in 1...5 {
                    await scene.exporter.pollOnce()
                    #expect(
                        scene.exporter.failing.isEmpty, "\(isNew) \(round): \(scene.page().failures(of: "workspace-0"))"
                    )
                    cloud.updateIdentity { $0.idTokens = ["id-token-\(round + 1)"] }
                    try file.replace("id-token-\(round + 1)")
                    clock.advance(by: .seconds(890))
                }
                let issued = cloud.requestCount(isNew ? .createTemporaryKey : .createToken)
                #expect(issued == 5)
            }
        }
    }

    @Test(
        "Inconsistent variables are an error at startup",
        arguments: [
            (["HUAWEICLOUD_SDK_AK": "A"], "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK must both be set"),
            (
                ["HUAWEICLOUD_SDK_IDP_ID": "i"],
                "HUAWEICLOUD_SDK_IDP_ID and HUAWEICLOUD_SDK_ID_TOKEN_FILE must both be set"
            ),
            (
                ["HUAWEICLOUD_SDK_AK": ""],
                "no credentials: set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or HUAWEICLOUD_SDK_CREDENTIALS_FILE"
            ),
            (
                ["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "f", "HUAWEICLOUD_SDK_IAM_ENDPOINT": "iam"],
                "HUAWEICLOUD_SDK_IAM_ENDPOINT must be a URL that starts with http:// or https://"
            ),
        ])
    func contradictions(variables: [String: String], message: String) async throws {
        let failure = await #expect(throws: ExporterError.self) {
            try await Scene.run(
                SimulatedCloud(), auth: .environment, environmentAt: { _ in variables }, clock: ManualClock()
            ) { _ in }
        }
        #expect(failure.map { "\($0)".contains(message) } == true, "\(failure as Any)")
    }
}
