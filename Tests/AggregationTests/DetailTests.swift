// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import Aggregation

@Suite("Endpoints, one by one")
struct DetailTests {
    static let rows = [
        EndpointRow("creating", "CREATING", created: 10), EndpointRow("deleted", "DELETED", updated: 10),
        EndpointRow("deleting", "DELETING", updated: 10), EndpointRow("failed", "UPDATE_FAILED", updated: 10),
        EndpointRow("frozen", "FROZEN", updated: 10, error: "F.1"), EndpointRow("new", "MERGE_FAILED", updated: 10),
        EndpointRow("running", "RUNNING", updated: 10), EndpointRow("updating", "UPDATING", updated: 10),
    ]

    static let levels: [(level: DetailLevel, ids: [String])] = [
        (.none, []),
        (.problems, ["creating", "deleting", "failed", "frozen", "new", "updating"]),
        (.all, ["creating", "deleted", "deleting", "failed", "frozen", "new", "running", "updating"]),
    ]

    @Test("The level decides who is served", arguments: levels)
    func level(level: DetailLevel, ids: [String]) {
        var workspace = ListedWorkspace(details: level)
        let listing = workspace.list(Self.rows.reversed())
        #expect(listing.details.map(\.id.text) == ids)
        #expect(listing.samples(of: "endpoint_status_since_timestamp_seconds").count == ids.count)
        #expect(listing.samples(of: "workspace_dropped_details") == ["0"])
        let error = """
            endpoint_id="frozen",endpoint_name="name-frozen",endpoint_type="INFERENCE",status="FROZEN",\
            error_code="F.1" 1
            """
        #expect(listing.samples(of: "endpoint_error") == (level == .none ? [] : [error]))
    }

    /// From the one kept longest to the one dropped first.
    static let ranked = [
        EndpointRow("e-oldest", "RUNNING", updated: 10, error: "F"),
        EndpointRow("b", "UPDATING", updated: 50, error: "F"),
        EndpointRow("c", "UPDATING", updated: 50, error: "F"), EndpointRow("a", "CREATING", error: "F"),
        EndpointRow("d", "UPDATING", updated: 5), EndpointRow("g", "UPDATING", updated: 6),
        EndpointRow("h", "UPDATING", updated: 6), EndpointRow("f", "UPDATING", updated: 7),
        EndpointRow("a-unknown", "DELETING"), EndpointRow("z-unknown", "DELETING"),
    ]

    @Test("Errors are kept first, then those longest in their status, then the lower id", arguments: 0...11)
    func limit(limit: Int) {
        var generator = SplitMix(state: UInt64(limit))
        for _ in 0..<10 {
            var workspace = ListedWorkspace(limit: limit)
            let listing = workspace.list(Self.ranked.shuffled(using: &generator))
            #expect(listing.details.map(\.id.text) == Self.ranked.prefix(limit).map(\.id.text).sorted())
            #expect(listing.samples(of: "workspace_dropped_details") == ["\(max(0, Self.ranked.count - limit))"])
            #expect(listing.samples(of: "endpoints").compactMap { Int(String($0.last ?? "x")) }.reduce(0, +) == 10)
        }
    }

    @Test("Of many the best are kept, in whatever order they come")
    func many() {
        var generator = SplitMix(state: 7)
        let rows = (0..<2_000).map { index in
            EndpointRow("\(index)", "UPDATING", updated: Int64(index / 3), error: index.isMultiple(of: 17) ? "F" : nil)
        }
        let best = rows.sorted {
            ($0.errorCode == nil ? 1 : 0, $0.updateTime?.microseconds ?? 0, $0.id)
                < ($1.errorCode == nil ? 1 : 0, $1.updateTime?.microseconds ?? 0, $1.id)
        }
        var workspace = ListedWorkspace(limit: 300)
        let listing = workspace.list(rows.shuffled(using: &generator))
        #expect(listing.details.map(\.id) == best.prefix(300).map(\.id).sorted())
        #expect(listing.samples(of: "workspace_dropped_details") == ["1700"])
    }
}

/// A small generator with a seed, so that a failure comes again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
