// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Control plane of hostile values", .timeLimit(.minutes(5)))
struct HostileCloudTests {
    private static func text(_ seed: UInt64 = 1) -> HostileText { HostileText(random: SoakRandom(seed: seed)) }

    @Test("Texts are unique, and a few are long: up to 1 MiB within the budget")
    func texts() {
        var text = Self.text()
        text.budget = 20 << 20
        let literals = (0..<3_000).map { _ in text.next() }
        #expect(Set(literals.map(\.json)).count == literals.count)
        #expect(literals.contains { $0.length > 1_000_000 })
        #expect(literals.allSatisfy { $0.length <= 1 << 20 })
        text.budget = 0
        #expect((0..<3_000).allSatisfy { _ in text.next().length < 400 })
        #expect(text.text(bytes: 256).length == 256)
    }

    @Test("Each poll has a new listing; its later pages belong to the same listing")
    func listings() throws {
        let cloud = HostileCloud(random: SoakRandom(seed: 2))
        let place = HostileCloud.Place(id: "w", rows: 150)
        let first = cloud.page(of: place, offset: 0, limit: 100)
        let second = cloud.page(of: place, offset: 99, limit: 100)
        #expect(cloud.page(of: place, offset: 99, limit: 100) == second)
        #expect(cloud.page(of: place, offset: 0, limit: 100) != first)
        #expect(cloud.truths(of: "w").count == 2)
    }

    @Test("Expected values count each row once, and mark listings to be rejected")
    func truth() {
        var text = Self.text(3)
        let listing = HostileListing(rows: 1_000, hasEdges: false, flaw: .none, text: &text)
        let truth = listing.truth
        #expect(truth.endpoints + truth.skipped == 1_000 && truth.skipped > 0)
        #expect(truth.documented.values.reduce(0, +) < truth.endpoints && truth.documented.count > 100)
        #expect(truth.errors > 200 && truth.malformed > 0 && !truth.isRefused)
        #expect(HostileListing(rows: 1, hasEdges: false, flaw: .largePage, text: &text).truth.isRefused)
        #expect(!HostileListing(rows: 1, hasEdges: false, flaw: .numbersBeside, text: &text).truth.isRefused)
    }

    @Test func `Rows of API v2 are counted by their documented types and statuses, with capacities of their own`()
        throws
    {
        var text = Self.text(5)
        let listing = HostileListing(rows: 1_000, hasEdges: false, isLake: true, flaw: .none, text: &text)
        let truth = listing.truth
        #expect(truth.endpoints + truth.skipped == 1_000 && truth.skipped > 0 && truth.malformed > 0)
        #expect(truth.documented.keys.allSatisfy { $0.visibility.isEmpty } && truth.documented.count > 80)
        #expect(Set(truth.capacities.keys) == ["endpoint_capacity_min", "endpoint_capacity_max"])
        let row = String(decoding: try #require(listing.rows.last), as: UTF8.self)
        #expect(row.contains("\"engine\":{") && !row.contains("visibility"))
    }

    @Test("Only the page to be rejected exceeds the exporter's maximum")
    func sizes() {
        var text = Self.text(4)
        for _ in 0..<10 {
            let listing = HostileListing(rows: 100, hasEdges: false, flaw: .none, text: &text)
            #expect(listing.page(offset: 0, limit: 100).count <= HostileListing.maximumBody)
        }
        for flaw in [HostileListing.Flaw.numbersAlone, .numbersBeside] {
            let page = HostileListing(rows: 50, hasEdges: false, flaw: flaw, text: &text).page(offset: 0, limit: 100)
            #expect((HostileListing.maximumBody - 8...HostileListing.maximumBody).contains(page.count))
        }
        let large = HostileListing(rows: 50, hasEdges: false, flaw: .largePage, text: &text)
        #expect(large.page(offset: 0, limit: 100).count > HostileListing.maximumBody)
    }
}
