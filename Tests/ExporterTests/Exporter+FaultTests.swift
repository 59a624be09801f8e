// SPDX-License-Identifier: Apache-2.0
import Config
import Fabric
import Simulator
import TestSupport
import Testing

@testable import Exporter

/// A faulty response and the expected failure reason.
struct HostileResponse: Sendable, CustomTestStringConvertible {
    var name: String
    var fault: Fault
    var reason: String

    init(_ name: String, _ fault: Fault, _ reason: String) {
        self.name = name
        self.fault = fault
        self.reason = reason
    }

    var testDescription: String { name }

    /// Whether only the request's timeout ends it.
    var isEndless: Bool {
        switch fault {
        case .hang, .trickle: true
        default: false
        }
    }

    private static func status(_ code: Int, _ body: String, _ reason: String) -> HostileResponse {
        HostileResponse("status \(code)", .status(code, body: Array(body.utf8)), reason)
    }

    private static func body(_ name: String, _ text: String) -> HostileResponse {
        HostileResponse(name, .rawBody(Array(text.utf8)), "response")
    }

    static let all: [HostileResponse] = [
        status(400, #"{"error_code":"common.01000001","error_msg":"failed to read http request"}"#, "bad_request"),
        status(404, "", "not_found"),
        status(405, #"{"error_code":"APIG.0501","error_msg":"quota"}"#, "bad_request"),
        status(408, #"{"error_code":"common.00000408","error_msg":"timeout exception occurred"}"#, "timeout"),
        status(500, #"{"error_code":"common.00000500","error_msg":"internal error"}"#, "server"),
        status(502, "", "server"),
        status(503, "<html><body>Service Unavailable</body></html>", "server"),
        status(504, "", "timeout"),
        HostileResponse(
            "a 400 for a nonexistent workspace",
            .status(400, body: Array(#"{"error_code":"dataartsfabric.00010003","error_msg":"gone"}"#.utf8)), "not_found"
        ),
        HostileResponse(
            "the documented 403",
            .status(
                403,
                body: Array(
                    (#"{"error":{"code":"403","message":"X-Auth-Token is invalid in the request","title":"Forbidden"},"#
                        + #""error_code":403,"error_msg":"X-Auth-Token is invalid in the request","title":"Forbidden"}"#)
                        .utf8)),
            "forbidden"),
        HostileResponse("a hang", .hang, "timeout"),
        HostileResponse("a byte every 200 ms", .trickle(bytesPer: 1, interval: .milliseconds(200)), "timeout"),
        HostileResponse("a reset", .reset, "network"),
        HostileResponse("a body cut short", .cutShort(afterBytes: 40), "network"),
        HostileResponse("a login page with status 200", .html200, "response"),
        HostileResponse("a redirect", .redirect(to: "http://127.0.0.1:1/"), "response"),
        body("half a document", #"{"total":2,"endpoints":[{"id":"a"},"#),
        body("an array", "[]"),
        body("null", "null"),
        body("an empty body", ""),
        body("an object without a list", #"{"error_code":"x"}"#),
        body("200,000 nested brackets", String(repeating: "[", count: 200_000)),
        body("a total below zero", #"{"total":-1,"endpoints":[]}"#),
        HostileResponse("a billion rows", .totalLies(1_000_000_000), "response"),
        HostileResponse("bytes that are not UTF-8", .rawBody([0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D]), "response"),
        HostileResponse("a wrong total", .totalLies(150), "inconsistent"),
        HostileResponse("an endless list", .endlessList, "inconsistent"),
        HostileResponse("a page longer than asked", .ignoreLimit, "response"),
        HostileResponse(
            "a body of 4 GiB", .flood(prefix: Array(pageStart.utf8), filler: 0x61, contentLength: 4 << 30), "response"),
        HostileResponse(
            "a body without end", .flood(prefix: Array(pageStart.utf8), filler: 0x61, contentLength: nil), "response"),
        HostileResponse("endless white space", .flood(prefix: [], filler: 0x20, contentLength: nil), "response"),
        HostileResponse("a gzip bomb of 2 GiB", .gzipBomb(inflatedBytes: 2 << 30), "response"),
        HostileResponse("invalid gzip", .gzip([0x1F, 0x8B, 0x08, 0x00, 0x01, 0x02, 0x03]), "response"),
        HostileResponse(
            "a name that is not UTF-8",
            .rawBody(Array(#"{"total":1,"endpoints":[{"id":"a","name":""#.utf8) + [0xC3, 0x28] + Array(#""}]}"#.utf8)),
            "response"),
        HostileResponse(
            "half a character at the end of a name",
            .rawBody(Array(#"{"total":1,"endpoints":[{"id":"a","name":""#.utf8) + [0xE6, 0x95] + Array(#""}]}"#.utf8)),
            "response"),
        HostileResponse("throttling", .throttled(retryAfter: nil), "throttled"),
        HostileResponse("throttling for a second", .throttled(retryAfter: 1), "throttled"),
        HostileResponse(
            "throttling until a date",
            .status(
                429, body: [],
                headers: [
                    ("Date", "Wed, 21 Oct 2026 07:28:00 GMT"), ("Retry-After", "Wed, 21 Oct 2026 07:28:01 GMT"),
                ]), "throttled"),
        HostileResponse("throttling without a body", .status(429, body: []), "throttled"),
        HostileResponse(
            "throttling with status 403", .status(403, body: Array(#"{"error_code":"APIG.0308"}"#.utf8)), "throttled"),
        HostileResponse(
            "a rejected token",
            .status(401, body: Array(#"{"error_code":"APIG.1002","error_msg":"Incorrect token"}"#.utf8)),
            "unauthenticated"),
    ]

    private static let pageStart = #"{"total":1,"endpoints":[{"id":""#
}

@Suite("A hostile cloud", .serialized, .timeLimit(.minutes(5)))
struct ExporterFaultTests {
    @Test(
        "A failed poll has its reason, keeps the series, affects no other workspace, and the next one recovers",
        arguments: HostileResponse.all)
    func hostile(_ response: HostileResponse) async throws {
        let cloud = Scene.cloud(seed: 7, workspaces: 2, endpointsEach: 120)
        let (bad, good) = ("workspace-0", "workspace-1")
        let poll = { (poll: inout PollSettings) in
            poll.maxEndpoints = 5_000
            if response.isEndless { poll.timeout = .seconds(2) }
        }
        // A rejected token is only probed after some time, so the test advances the clock.
        let clock = response.reason == "unauthenticated" ? ManualClock() : nil
        try await Scene.run(cloud, poll: poll, clock: clock) { scene in
            await scene.exporter.pollOnce()
            let healthy = scene.page()
            #expect(healthy.domainLines(of: bad).count > 100)
            #expect(healthy.isUp(bad))

            cloud.inject(response.fault, for: .workspace(cloud.workspaces[0].id))
            await scene.exporter.pollOnce()
            let failed = scene.page()
            #expect(failed.failures(of: bad) == [response.reason: "1"])
            #expect(!failed.isUp(bad))
            #expect(failed.domainLines(of: bad) == healthy.domainLines(of: bad))
            // A rejected token affects the whole source; with throttling, the other workspace only waits.
            if response.reason != "unauthenticated" { #expect(failed.isUp(good)) }
            #expect(failed.domainLines(of: good) == healthy.domainLines(of: good))

            cloud.clearFaults()
            // After a 401 one poll probes the token, and the others use it in the next poll.
            scene.clock?.advance(by: .seconds(54))
            await scene.exporter.pollOnce()
            if scene.clock != nil { await scene.exporter.pollOnce() }
            let recovered = scene.page()
            for workspace in [bad, good] {
                #expect(recovered.isUp(workspace))
                #expect(recovered.domainLines(of: workspace) == healthy.domainLines(of: workspace))
            }
        }
    }

    @Test("A shift between pages causes a relist, and the count is exact")
    func oneShift() async throws {
        let cloud = Scene.cloud(seed: 9, workspaces: 1, endpointsEach: 250)
        try await Scene.run(cloud) { scene in
            cloud.inject(.shiftBetweenPages, times: 1)
            await scene.exporter.pollOnce()
            #expect(scene.page().value("dataarts_fabric_workspace_up") == "1")
            #expect(scene.page().value("dataarts_fabric_workspace_listed_records") == "250")
        }
    }

    @Test("Endless shifts fail with reason inconsistent, and no series are exported")
    func endlessShifts() async throws {
        let cloud = Scene.cloud(seed: 9, workspaces: 1, endpointsEach: 250)
        try await Scene.run(cloud) { scene in
            cloud.inject(.shiftBetweenPages)
            await scene.exporter.pollOnce()
            #expect(scene.page().failures(of: "workspace-0") == ["inconsistent": "1"])
            #expect(scene.page().value("dataarts_fabric_workspace_relists_total") == "3")
            #expect(scene.page().domainLines(of: "workspace-0") == [])
        }
    }
}
