// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import TestSupport
import Testing

@testable import Polling

@Suite("Discovery families")
struct DiscoveryFamiliesTests {
    private static let registry = MetricRegistry([DiscoveryFamilies.familyGroup])

    /// Returns a store of three sources: without a discovery, succeeded then failed, and always failed.
    private static func store() -> DiscoveryStore {
        let store = DiscoveryStore()
        for source in ["prod", "failing", "new \"source\""] { store.add(source) }
        store.note(
            .found(DiscoveredCount(found: 12, selected: 9)), endedAt: Timestamp(microseconds: 1_800_000_000_250_000),
            of: "prod")
        store.note(
            .failed(APIFailure(.server, "")), endedAt: Timestamp(microseconds: 1_800_000_300_000_000), of: "prod")
        store.note(
            .failed(APIFailure(.forbidden, "")), endedAt: Timestamp(microseconds: 1_800_000_000_000_000), of: "failing")
        store.note(
            .failed(APIFailure(.forbidden, "")), endedAt: Timestamp(microseconds: 1_800_000_300_000_000), of: "failing")
        store.note(
            .failed(APIFailure(.timeout, "")), endedAt: Timestamp(microseconds: 1_800_000_600_000_000), of: "failing")
        return store
    }

    @Test("Pages with sources in every state match the golden files", arguments: ExpositionFormat.allCases)
    func pages(format: ExpositionFormat) throws {
        let page = Self.registry.render(format, fragments: Self.store().fragments())
        try goldens.check(page, "discovery.\(format == .text ? "prom" : "openmetrics")")
    }

    @Test("The families follow the naming conventions")
    func conventions() {
        #expect(faults(of: DiscoveryFamilies.familyGroup.families).isEmpty)
    }

    @Test("After a success, discovery is up and keeps the failure counts")
    func recovery() {
        var health = DiscoveryHealth()
        #expect(!health.isTried && !health.isFailing)
        health.note(.failed(APIFailure(.tls, "")), endedAt: Timestamp(microseconds: 1))
        #expect(health.isFailing)
        health.note(.found(DiscoveredCount(found: 0, selected: 0)), endedAt: Timestamp(microseconds: 2_000_000))
        #expect(!health.isFailing)
        let page = Self.registry.render(.text, fragments: [health.fragment(ofSource: "s")])
        let lines = String(decoding: page, as: UTF8.self).split(separator: "\n")
            .filter { !$0.hasPrefix("#") && (!$0.contains("_total") || !$0.hasSuffix(" 0")) }
        #expect(
            lines == [
                #"dataarts_fabric_discovery_failures_total{source="s",reason="tls"} 1"#,
                #"dataarts_fabric_discovery_last_success_timestamp_seconds{source="s"} 2"#,
                #"dataarts_fabric_discovery_up{source="s"} 1"#,
                #"dataarts_fabric_discovery_workspaces{source="s"} 0"#,
            ])
    }

    @Test("The version changes exactly when the series change")
    func version() {
        let store = DiscoveryStore()
        let empty = store.version
        store.add("s")
        let added = store.version
        #expect(added != empty)
        store.add("s")
        store.note(.found(DiscoveredCount(found: 1, selected: 1)), endedAt: Timestamp(microseconds: 0), of: "unknown")
        store.remove("unknown")
        #expect(store.version == added)
        store.note(.found(DiscoveredCount(found: 1, selected: 1)), endedAt: Timestamp(microseconds: 0), of: "s")
        let noted = store.version
        #expect(noted != added)
        store.remove("s")
        #expect(store.version != noted)
        #expect(store.fragments().isEmpty)
    }

    @Test("Adding a known source keeps its health; removing it first resets it")
    func tried() {
        let store = Self.store()
        #expect(!store.isEverySourceTried)
        #expect(store.failing == ["failing", "new \"source\"", "prod"])
        store.remove("new \"source\"")
        store.add("prod")
        #expect(store.isEverySourceTried)
        store.note(.found(DiscoveredCount(found: 3, selected: 3)), endedAt: Timestamp(microseconds: 0), of: "prod")
        #expect(store.failing == ["failing"])
        store.remove("prod")
        store.add("prod")
        #expect(!store.isEverySourceTried)
    }

    @Test("The status keeps the numbers of the last success after a failure")
    func status() {
        let prod = Self.store().statuses()["prod"]
        #expect(prod?.workspaces == 12 && prod?.selected == 9 && prod?.failure == .server)
        #expect(Self.store().statuses()["failing"]?.selected == nil)
    }
}
