// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Pages of a workspace")
struct EndpointListingPageTests {
    /// Endpoints of all kinds: every resource, unusual names, undocumented values, every reason to need attention.
    static let rows: [JSONValue] = [
        endpoint("0123456789abcdeffedcba9876543210", "RUNNING", created: 199_000_000, updated: 199_000_500)
            .with([
                "reserved_resource": ["mu": ["spec_code": "mu.1", "min": 2, "max": 8]],
                "owner": ["user_name": "王 \"lin\"", "user_id": "0605767a"],
                "cap": ["cap_id": "cap-1", "version_id": "version-1"],
            ]),
        endpoint("0123456789abcdeffedcba9876543211", "RUNNING").with([
            "reserved_resource": ["apu": ["spec_code": "apu.ascend", "warm_up_num": 3, "max_num": 3]],
            "visibility": "PUBLIC",
        ]),
        endpoint("11111111-2222-3333-4444-555555555555", "SQL", "UPDATING", created: 100_000_000).with([
            "reserved_resource": ["dpu": ["warm_up_num": 16, "max_num": 64, "use_public_resource": true]]
        ]),
        endpoint("xxxxx", "SQL", "CREATING", created: 199_999_000, updated: 199_999_900).with([
            "reserved_resource": ["dpu": ["spec_code": "dpu.s", "warm_up_num": 1, "max_num": 1]],
            "owner": ["user_name": "maria"],
        ]),
        endpoint("y\"\\\n端点", "RAY", "CREATE_FAILED", error: "FABRIC.0001").with([
            "name": "带 \"quotes\", back\\slashes\nand a line feed",
            "error_msg": "never on a page",
            "update_time": "2027-01-15T07:45:23.456789Z",
            "ray_resource": [
                "head_group_spec": ["spec_code": "head.x"],
                "worker_group_spec": [
                    ["spec_code": "worker.a", "min_replicas": 1, "max_replicas": 4],
                    ["spec_code": "worker.b", "min_replicas": 0, "max_replicas": 0],
                    ["spec_code": "worker.a", "min_replicas": 2, "max_replicas": 2],
                ],
            ],
        ]),
        endpoint("z", "NEW_KIND", "HIBERNATING").with([
            "name": .null, "visibility": "SHARED", "ray_resource": ["head_group_spec": [:]],
        ]),
        ["id": "bare"],
        endpoint("deleting", "DELETING", error: "FABRIC.0002"),
    ]

    @Test("Pages with rows of all kinds match the golden files", arguments: ExpositionFormat.allCases)
    func everything(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace(details: .all)
        // One record without a usable id, in which three fields have a wrong type.
        let listing = workspace.list(Self.rows + [["id": 1, "name": 2, "type": 3]])
        try goldens.check(listing.page(format), "everything.\(format.suffix)")
    }

    @Test("The order of rows doesn't change the page")
    func order() {
        var first = ListedWorkspace(details: .all)
        let expected = first.list(Self.rows).page(.text)
        for rows in [Self.rows.reversed(), Array(Self.rows[3...] + Self.rows[..<3])] {
            var workspace = ListedWorkspace(details: .all)
            #expect(workspace.list(rows).page(.text) == expected)
        }
    }

    @Test("An empty listing keeps earlier series at zero", arguments: ExpositionFormat.allCases)
    func gone(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace(details: .all)
        _ = workspace.list(Self.rows)
        let empty = workspace.list([])
        try goldens.check(empty.page(format), "gone.\(format.suffix)")
        #expect(workspace.list([]).page(format) == empty.page(format))
    }

    @Test("An empty first listing exports only the listing's counts", arguments: ExpositionFormat.allCases)
    func empty(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace()
        try goldens.check(workspace.list([]).page(format), "empty.\(format.suffix)")
    }

    @Test("Both formats have the same sample lines")
    func sameSamples() {
        var workspace = ListedWorkspace(details: .all)
        let listing = workspace.list(Self.rows)
        func samples(_ format: ExpositionFormat) -> [Substring] {
            String(decoding: listing.page(format), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        // Sorted, because an info family has a shorter name in OpenMetrics and so another position.
        #expect(samples(.text).sorted() == samples(.openMetrics).sorted())
        #expect(samples(.text).count > 100)
    }

    @Test("An error message is in the details but never on a page")
    func message() {
        var workspace = ListedWorkspace()
        let listing = workspace.list(Self.rows)
        #expect(!String(decoding: listing.page(.text), as: UTF8.self).contains("never on a page"))
        #expect(listing.details.compactMap(\.errorMessage) == ["never on a page"])
    }
}

extension ExpositionFormat {
    var suffix: String { self == .text ? "prom" : "openmetrics" }
}
