// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Endpoint details")
struct EndpointListingDetailTests {
    static let rows = [
        endpoint("abnormal", "ABNORMAL", updated: 10).with(["visibility": "PUBLIC"]),
        endpoint("creating", "CREATING", created: 10), endpoint("deleted", "DELETED", updated: 10),
        endpoint("deleting", "DELETING", updated: 10), endpoint("failed", "UPDATE_FAILED", updated: 10),
        endpoint("frozen", "FROZEN", updated: 10, error: "F.1"), endpoint("inactive", "INACTIVE", updated: 10),
        endpoint("new", "MERGE_FAILED", updated: 10), endpoint("on-demand", "ON_DEMAND_FROZEN", updated: 10),
        endpoint("running", "RUNNING", updated: 10), endpoint("trial", "TRIAL_ENDED", updated: 10),
        endpoint("unknown", "REBALANCING", updated: 10), endpoint("updating", "UPDATING", updated: 10),
    ]

    /// Returns the ids of rows, which are their first members.
    private static func ids(of rows: [JSONValue]) -> [String] {
        rows.compactMap { row in
            guard case .object(let members) = row, case .string(let id)? = members.first?.value else { return nil }
            return id
        }
    }

    static let levels: [(level: DetailLevel, ids: [String])] = [
        (.none, []),
        (
            .problems,
            ["abnormal", "creating", "deleting", "failed", "frozen", "new", "on-demand", "trial", "updating"]
        ), (.all, ids(of: rows)),
    ]

    @Test("The detail level selects the endpoints", arguments: levels)
    func level(level: DetailLevel, ids: [String]) {
        var workspace = ListedWorkspace(details: level)
        let listing = workspace.list(Self.rows.reversed())
        #expect(listing.details.map(\.id.text) == ids)
        #expect(listing.samples(of: "endpoint_status_since_timestamp_seconds").count == ids.count)
        #expect(listing.samples(of: "endpoint_info").count == ids.count)
        #expect(listing.samples(of: "workspace_dropped_details") == ["0"])
        let error = """
            endpoint_id="frozen",endpoint_name="name-frozen",endpoint_type="INFERENCE",status="FROZEN",\
            visibility="PRIVATE",error_code="F.1" 1
            """
        #expect(listing.samples(of: "endpoint_error") == (level == .none ? [] : [error]))
    }

    /// Returns the labels and value of `endpoint_info`, without id, name and type.
    private func info(_ owner: OwnerLabel, _ members: KeyValuePairs<String, JSONValue>) -> [String] {
        var workspace = ListedWorkspace(details: .all, owner: owner)
        let own = #"endpoint_id="a",endpoint_name="name-a",endpoint_type="INFERENCE""#
        return workspace.list([endpoint("a", "RUNNING").with(members)]).samples(of: "endpoint_info")
            .map { $0.hasPrefix(own) ? String($0.dropFirst(own.count)) : $0 }
    }

    @Test(
        "The owner label has a name, an id or is omitted; absent values have no label",
        arguments: [
            (.name, #",owner="lin",owner_id="u-1",cap_id="c",cap_version_id="v" 1"#),
            (.id, #",owner="u-1",owner_id="u-1",cap_id="c",cap_version_id="v" 1"#),
            (.none, #",cap_id="c",cap_version_id="v" 1"#),
        ] as [(OwnerLabel, String)])
    func owner(owner: OwnerLabel, labels: String) {
        let all = info(
            owner,
            ["owner": ["user_name": "lin", "user_id": "u-1"], "cap": ["cap_id": "c", "version_id": "v"]])
        #expect(all == [labels])
        #expect(info(owner, ["cap": ["cap_id": "c"]]) == [#",cap_id="c" 1"#])
        #expect(info(owner, [:]) == [" 1"])
    }

    @Test("An owner without a name keeps the id, and one without an id the name")
    func halfAnOwner() {
        #expect(info(.name, ["owner": ["user_id": "u-1"]]) == [#",owner_id="u-1" 1"#])
        #expect(info(.name, ["owner": ["user_name": "lin"]]) == [#",owner="lin" 1"#])
        #expect(info(.id, ["owner": ["user_name": "lin"]]) == [" 1"])
    }

    @Test("A changed owner replaces the old one")
    func anotherOwner() {
        var workspace = ListedWorkspace(details: .all)
        for name in ["lin", "maria"] {
            let row = endpoint("a", "RUNNING").with(["owner": ["user_name": .string(name)]])
            let samples = workspace.list([row]).samples(of: "endpoint_info")
            #expect(samples.count == 1 && samples[0].contains(#"owner="\#(name)""#))
        }
    }

    @Test("Long texts of owner and package are redacted, cut to 256 bytes and counted", arguments: [0, 1])
    func longOwner(over: Int) {
        let secret = Secret("WorkspaceListingDetailTests-owner-secret")
        let long = String(repeating: "n", count: 250)
        let token = secret.withExposedValue { $0 }
        var workspace = ListedWorkspace(details: .all)
        let listing = workspace.list([
            endpoint("a", "RUNNING").with([
                "owner": [
                    "user_name": .string(long + token), "user_id": .string(String(repeating: "i", count: 256 + over)),
                ],
                "cap": [
                    "cap_id": .string("é" + String(repeating: "c", count: 254 + over)),
                    "version_id": .string(String(repeating: "v", count: 255 + over) + (over == 1 ? "é" : "")),
                ],
            ])
        ])
        let detail = listing.details[0]
        #expect(detail.owner == long + "<REDAC")
        #expect(detail.ownerID == String(repeating: "i", count: 256))
        #expect(detail.capID == "é" + String(repeating: "c", count: 254))
        #expect(detail.capVersionID?.utf8.count == 255 + over)
        #expect(listing.counts.cutValues == 1 + 3 * over)
        withExtendedLifetime(secret) {}
    }

    static let attentionCases: [(status: String, alone: Bool, withError: Bool)] = [
        ("CREATING", true, true), ("UPDATING", true, true), ("DELETING", true, true), ("RUNNING", false, true),
        ("CREATE_FAILED", true, true), ("UPDATE_FAILED", true, true), ("DELETE_FAILED", true, true),
        ("FOO_FAILED", true, true), ("ABNORMAL", true, true), ("FROZEN", true, true), ("ON_DEMAND_FROZEN", true, true),
        ("TRIAL_ENDED", true, true), ("INACTIVE", false, false), ("DELETED", false, false), ("UNKNOWN", false, true),
        ("REBALANCING", false, true), ("FAILED", false, true),
    ]

    @Test("An endpoint needs attention by phase or error code, unless it is public", arguments: attentionCases)
    func attention(status: String, alone: Bool, withError: Bool) {
        for (code, expected) in [(nil, alone), ("F.1", withError)] {
            for visibility in ["PRIVATE", "PUBLIC", "SHARED", ""] {
                var workspace = ListedWorkspace(keepsRecords: true)
                let row = endpoint("a", status, error: code).with(["visibility": .string(visibility)])
                // As for the alerts, only PUBLIC ones belong to others.
                let isPrivate = visibility != "PUBLIC"
                let listed = workspace.list([row])
                let late = Timestamp(microseconds: firstPoll.microseconds + 1_800_000_001)
                #expect(listed.records.map { $0.attention(at: late) != nil } == [expected && isPrivate])
                let counts = listed.records.counts(at: late)
                #expect(counts.attention.values.reduce(0, +) == (expected && isPrivate ? 1 : 0))
                #expect(counts.phases.values.reduce(0, +) == (isPrivate ? 1 : 0))
            }
        }
    }

    /// Rows by priority, the highest first.
    static let ranked = [
        endpoint("e-oldest", "RUNNING", updated: 10, error: "F"),
        endpoint("b", "UPDATING", updated: 50, error: "F"),
        endpoint("c", "UPDATING", updated: 50, error: "F"), endpoint("a", "CREATING", error: "F"),
        endpoint("d", "UPDATING", updated: 5), endpoint("g", "UPDATING", updated: 6),
        endpoint("h", "UPDATING", updated: 6), endpoint("f", "UPDATING", updated: 7),
        endpoint("a-unknown", "DELETING"), endpoint("z-unknown", "DELETING"),
    ]

    @Test("Errors have priority, then those longest in their status, then lower ids", arguments: 0...11)
    func limit(limit: Int) {
        var generator = SplitMix(state: UInt64(limit))
        for _ in 0..<10 {
            var workspace = ListedWorkspace(limit: limit)
            let listing = workspace.list(Self.ranked.shuffled(using: &generator))
            #expect(listing.details.map(\.id.text) == Self.ids(of: Self.ranked).prefix(limit).sorted())
            #expect(listing.samples(of: "workspace_dropped_details") == ["\(max(0, Self.ranked.count - limit))"])
            #expect(listing.samples(of: "endpoints").compactMap { Int(String($0.last ?? "x")) }.reduce(0, +) == 10)
        }
    }

    @Test("The details of the highest priority are kept, in any order of rows")
    func many() {
        var generator = SplitMix(state: 7)
        func hasError(_ index: Int) -> Bool { index.isMultiple(of: 17) }
        func rank(_ index: Int) -> (Int, Int, RecordID) { (hasError(index) ? 0 : 1, index / 3, RecordID("\(index)")) }
        let rows = (0..<2_000).map { index in
            endpoint("\(index)", "UPDATING", updated: Int64(index / 3), error: hasError(index) ? "F" : nil)
        }
        let best = (0..<2_000).sorted { rank($0) < rank($1) }
        var workspace = ListedWorkspace(limit: 300)
        let listing = workspace.list(rows.shuffled(using: &generator))
        #expect(listing.details.map(\.id) == best.prefix(300).map { RecordID("\($0)") }.sorted())
        #expect(listing.samples(of: "workspace_dropped_details") == ["1700"])
    }
}

/// A seeded generator, so that failures are reproducible.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
