// SPDX-License-Identifier: Apache-2.0
import Base
import Simulator
import Testing

@testable import Exporter

@Suite("Extreme values over HTTP", .serialized, .timeLimit(.minutes(5)))
struct ExporterOddValueTests {
    private static func cloud(_ endpoints: SimulatedEndpoint...) -> SimulatedCloud {
        SimulatedCloud(workspaces: [SimulatedWorkspace(id: "w", name: "one", endpoints: endpoints)])
    }

    private static func apu(_ reserved: String, maximum: String) -> SimulatedEndpoint {
        var endpoint = SimulatedEndpoint(id: .string("id-\(reserved)-\(maximum)"), type: "job", status: "RUNNING")
        endpoint.rawOverrides = [
            (
                "reserved_resource",
                "{\"apu\":{\"spec_code\":\"a1x\",\"warm_up_num\":\(reserved),\"max_num\":\(maximum)}}"
            )
        ]
        return endpoint
    }

    private static let maximum = "9223372036854775807"
    private static let minimum = "-9223372036854775808"

    @Test(
        "Integers and their sums saturate at the limits of 64 bits",
        arguments: [
            ([maximum], maximum), ([minimum], minimum), (["9223372036854775808"], maximum),
            (["-9223372036854775809"], minimum),
            (["18446744073709551615"], maximum), (["18446744073709551616"], maximum), (["1e30"], maximum),
            (["-1e30"], minimum),
            ([maximum, "1"], maximum), ([maximum, maximum, maximum], maximum), ([minimum, "-1"], minimum),
            ([maximum, minimum], "-1"),
            ([String(repeating: "9", count: 400)], maximum), (["-" + String(repeating: "9", count: 400)], minimum),
        ] as [([String], String)])
    func edges(_ amounts: [String], _ sum: String) async throws {
        let cloud = SimulatedCloud(workspaces: [
            SimulatedWorkspace(
                id: "w", name: "one",
                endpoints: amounts.enumerated().map { index, amount in
                    var endpoint = Self.apu(amount, maximum: amount)
                    endpoint.id = .string("id-\(index)")
                    return endpoint
                })
        ])
        try await Scene.run(cloud) { scene in
            await scene.exporter.pollOnce()
            #expect(scene.page().isUp("one"))
            #expect(scene.page().value("dataarts_fabric_apu_reserved") == sum)
            #expect(scene.page().value("dataarts_fabric_apu_max") == sum)
            #expect(scene.page().value("dataarts_fabric_workspace_malformed_fields") == "0")
        }
    }

    @Test(
        "An implausible time is counted as malformed, and the status starts with the poll",
        arguments: ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59Z"])
    func implausibleTimes(_ time: String) async throws {
        var endpoint = SimulatedEndpoint(id: "e", type: "job", status: "UPDATING")
        endpoint.createTime = .string(time)
        endpoint.updateTime = .string(time)
        try await Scene.run(Self.cloud(endpoint)) { scene in
            let begin = SystemClock().wallMicroseconds
            await scene.exporter.pollOnce()
            let end = SystemClock().wallMicroseconds
            let page = scene.page()
            #expect(page.value("dataarts_fabric_workspace_malformed_fields") == "2")
            for family in ["endpoint_status_since", "endpoint_oldest_transition"] {
                let text = page.value("dataarts_fabric_\(family)_timestamp_seconds")
                let since = try #require(text.flatMap(Double.init))
                #expect(since >= Double(begin) / 1e6 - 0.001 && since <= Double(end) / 1e6 + 0.001)
            }
            await scene.exporter.pollOnce()
            let family = "dataarts_fabric_endpoint_status_since_timestamp_seconds"
            #expect(scene.page().value(family) == page.value(family))
        }
    }

    @Test(
        "Invalid characters in names are exported as U+FFFD",
        arguments: [
            (#""a\ud800b""#, "a\u{FFFD}b"), (#""\udc00""#, "\u{FFFD}"), (#""\ud83d\ude80""#, "\u{1F680}"),
            (#""a\u0000b""#, "a\u{FFFD}b"), (#""\ud800\ud800""#, "\u{FFFD}\u{FFFD}"),
            (#""quote\" back\\slash\n""#, #"quote\" back\\slash\n"#), (#""端点""#, "端点"),
        ])
    func names(_ json: String, _ label: String) async throws {
        var endpoint = SimulatedEndpoint(id: "e", type: "job", status: "CREATE_FAILED")
        endpoint.updateTime = "2023-05-30T12:24:30.401Z"
        endpoint.rawOverrides = [("name", json)]
        try await Scene.run(Self.cloud(endpoint)) { scene in
            await scene.exporter.pollOnce()
            let value = scene.page().value(
                "dataarts_fabric_endpoint_status_since_timestamp_seconds", "endpoint_name=\"\(label)\",")
            #expect(value == "1685449470.401", "\(scene.page().lines)")
        }
    }
}
