// SPDX-License-Identifier: Apache-2.0
import Exposition
import TestSupport
import Testing

@testable import Fabric
@testable import Listings
@testable import Polling

@Suite("An additional listing")
struct ListingToyTests {
    private static let timing = PolledWorkspace.timing

    private let polled = PolledWorkspace(StubCloud(.silence))
    private let toys: ListingPoller<ToyListing>

    init() {
        let listing = ToyListing(
            of: .lake, settings: .init(details: .problems, maximumDetails: 10))
        toys = ListingPoller(
            listing, client: polled.client, store: polled.store,
            handle: polled.store.add(ToyListing.name, of: .lake, Self.timing), timing: Self.timing,
            clock: polled.clock,
            log: PollLog(of: ToyListing.self, of: .lake, logger: .recording(polled.record)))
    }

    private func poll(_ rows: String...) async {
        let rows = rows.map { "{\($0)}" }
        polled.cloud.answer(.body(#"{"toys":[\#(rows.joined(separator: ","))],"total":\#(rows.count)}"#))
        await toys.poll()
    }

    /// The samples about toys.
    private var samples: [String] {
        let registry = MetricRegistry(
            ToyListing.familyGroups + [ListingFamilies.familyGroup, PollHealthFamilies.familyGroup])
        let page = String(decoding: registry.render(.text, fragments: polled.store.fragments()), as: UTF8.self)
        return page.split(separator: "\n").filter { $0.contains("toy") && !$0.hasPrefix("#") }.map(String.init)
    }

    private static let own = #"source="cn-north-4",workspace_id="w1",workspace="lake""#

    @Test("It is requested and counted, and its series stay at zero")
    func counted() async {
        await poll(
            #""id":"a","status":"NEW""#, #""id":"b","status":"IN_REPAIR","update_time":"2026-05-30T12:00:00Z""#,
            #""id":"c","status":"IN_REPAIR","update_time":"1970-01-01T00:00:00Z""#, #""id":7,"status":"NEW""#,
            #""id":"d""#)
        #expect(polled.cloud.urls == ["https://fabric.example/v1/workspaces/w1/toys?limit=100&offset=0"])
        func sample(_ family: String, _ labels: String, _ value: String) -> String {
            "dataarts_fabric_\(family){\(Self.own)\(labels)} \(value)"
        }
        let listing = #",listing="toys""#
        for line in [
            sample("toys", #",status="IN_REPAIR""#, "2"), sample("toys", #",status="NEW""#, "1"),
            sample("toys", #",status="UNKNOWN""#, "1"),
            sample("toy_oldest_repair_timestamp_seconds", "", "1780142400"),
            sample("workspace_listed_records", listing, "4"), sample("workspace_skipped_records", listing, "1"),
            sample("workspace_malformed_fields", listing, "2"), sample("workspace_up", listing, "1"),
        ] { #expect(samples.contains(line), "\(line)") }
        await poll(#""id":"a","status":"NEW""#)
        #expect(samples.contains(sample("toys", #",status="IN_REPAIR""#, "0")))
        #expect(!samples.contains { $0.contains("oldest_repair") })
    }

    @Test("Its failures have their own health and log line and don't affect other listings of the workspace")
    func failing() async {
        polled.cloud.answer(.listing(#""id":"e","status":"RUNNING""#))
        await polled.poller.poll()
        let endpoints = polled.store.domainSamples()
        polled.cloud.answer(.body(#"{"error_code":"F.403","error_msg":"no"}"#, status: 403))
        await toys.poll()
        #expect(samples.contains("dataarts_fabric_workspace_up{\(Self.own),listing=\"toys\"} 0"))
        #expect(polled.store.domainSamples() == endpoints)
        let status = polled.store.statuses().first
        #expect(status?.listings.map(\.name) == ["endpoints", "toys"])
        #expect(status?.listings.map(\.state) == [.ok, .failing])
        let line = polled.record.take().last
        #expect(line?.contains("listing=toys reason=forbidden") == true)
    }

    @Test("check estimates its cost from one page")
    func probe() async throws {
        polled.cloud.answer(
            .body(#"{"toys":[{"id":"a","status":"NEW"},{"id":"b","status":"NEW"}],"total":2}"#))
        let listing = ToyListing(
            of: .lake, settings: .init(details: .problems, maximumDetails: 10))
        let probe = try await listing.probe(through: polled.client)
        #expect(probe.records == 2 && probe.requests == 1 && probe.isExact)
        // One status, plus the families of every listing.
        #expect(probe.series == 1 + ListingFamilies.familyGroup.families.count)
        #expect(listing.widened == nil)
    }
}
