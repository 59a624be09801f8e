// SPDX-License-Identifier: Apache-2.0
import Base
import TestSupport
import Testing

@testable import Listings

@Suite("Capacity")
struct EndpointListingCapacityTests {
    static let edges: [(amounts: [Int64], sum: String)] = [
        ([], ""),
        ([.max], "9223372036854775807"),
        ([.max, 1], "9223372036854775807"),
        ([.max, .max, .min], "9223372036854775806"),
        ([.min], "-9223372036854775808"),
        ([.min, -1], "-9223372036854775808"),
        ([.min, .min, .max, .max], "-2"),
        ([.max, .min, 0], "-1"),
        ([5, 0, -7], "-2"),
    ]

    @Test("Sums are exact up to 64 bits and saturate beyond, in any order of rows", arguments: edges)
    func sums(amounts: [Int64], sum: String) {
        for order in [amounts, amounts.reversed(), amounts.sorted(), amounts.sorted(by: >)] {
            var workspace = ListedWorkspace()
            let listing = workspace.list(
                order.enumerated().map { index, amount in
                    endpoint("\(index)", "INFERENCE", "RUNNING").with([
                        "reserved_resource": [
                            "mu": ["spec_code": "s", "min": .integer(amount), "max": .integer(amount)]
                        ]
                    ])
                })
            let expected =
                sum.isEmpty
                ? [] : [#"endpoint_type="INFERENCE",status="RUNNING",visibility="PRIVATE",spec_code="s" \#(sum)"#]
            #expect(listing.samples(of: "mu_reserved") == expected)
            #expect(listing.samples(of: "mu_max") == expected)
        }
    }

    @Test("Each unit has its own families, and only DPU has the label public_resource")
    func units() {
        var workspace = ListedWorkspace()
        let row = endpoint("a", "SQL", "RUNNING").with([
            "reserved_resource": [
                "apu": ["spec_code": "a", "warm_up_num": 1, "max_num": 2, "use_public_resource": true],
                "dpu": ["spec_code": "d", "warm_up_num": 3, "max_num": 4],
                "mu": ["spec_code": "m", "min": 5, "max": 6, "use_public_resource": true],
            ]
        ])
        let other = endpoint("b", "SQL", "RUNNING").with([
            "reserved_resource": [
                "dpu": ["spec_code": "d", "warm_up_num": 7, "max_num": 8, "use_public_resource": true]
            ]
        ])
        let listing = workspace.list([row, other])
        let common = #"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE""#
        #expect(listing.samples(of: "apu_reserved") == [#"\#(common),spec_code="a" 1"#])
        #expect(listing.samples(of: "apu_max") == [#"\#(common),spec_code="a" 2"#])
        #expect(listing.samples(of: "mu_reserved") == [#"\#(common),spec_code="m" 5"#])
        #expect(listing.samples(of: "mu_max") == [#"\#(common),spec_code="m" 6"#])
        #expect(
            listing.samples(of: "dpu_reserved") == [
                #"\#(common),spec_code="d",public_resource="false" 3"#,
                #"\#(common),spec_code="d",public_resource="true" 7"#,
            ])
        #expect(
            listing.samples(of: "dpu_max") == [
                #"\#(common),spec_code="d",public_resource="false" 4"#,
                #"\#(common),spec_code="d",public_resource="true" 8"#,
            ])
    }

    @Test("Without a specification code, the label is omitted")
    func noSpecCode() {
        var workspace = ListedWorkspace()
        let rows = [nil, "a", nil].enumerated().map { index, code in
            endpoint("\(index)", "RUNNING").with([
                "reserved_resource": ["apu": ["spec_code": JSONValue(code), "warm_up_num": 1]]
            ])
        }
        #expect(
            workspace.list(rows).samples(of: "apu_reserved") == [
                #"endpoint_type="INFERENCE",status="RUNNING",visibility="PRIVATE" 2"#,
                #"endpoint_type="INFERENCE",status="RUNNING",visibility="PRIVATE",spec_code="a" 1"#,
            ])
    }

    @Test("Ray heads are counted and worker groups summed by specification code")
    func ray() {
        var workspace = ListedWorkspace()
        let rows = [
            endpoint("a", "RAY", "RUNNING").with([
                "ray_resource": [
                    "head_group_spec": ["spec_code": "h"],
                    "worker_group_spec": [
                        ["spec_code": "w", "min_replicas": 1, "max_replicas": 3],
                        ["spec_code": "w", "min_replicas": 2, "max_replicas": 5],
                        ["min_replicas": 1, "max_replicas": 1],
                    ],
                ]
            ]),
            endpoint("b", "RAY", "RUNNING").with([
                "ray_resource": ["head_group_spec": ["spec_code": "h"], "worker_group_spec": []]
            ]),
            endpoint("c", "RAY", "RUNNING").with([
                "ray_resource": ["worker_group_spec": [["spec_code": "w", "min_replicas": 4, "max_replicas": 4]]]
            ]),
        ]
        let listing = workspace.list(rows)
        let common = #"endpoint_type="RAY",status="RUNNING",visibility="PRIVATE""#
        #expect(listing.samples(of: "ray_heads") == [#"\#(common),spec_code="h" 2"#])
        #expect(listing.samples(of: "ray_workers_min") == ["\(common) 1", #"\#(common),spec_code="w" 7"#])
        #expect(listing.samples(of: "ray_workers_max") == ["\(common) 1", #"\#(common),spec_code="w" 12"#])
    }

    @Test("A series stays at zero when its endpoint changes status")
    func stays() {
        var workspace = ListedWorkspace()
        let row = endpoint("a", "RUNNING").with(["reserved_resource": ["mu": ["spec_code": "m", "min": 2, "max": 4]]])
        _ = workspace.list([row])
        let moved = workspace.list([row.with(["status": "FROZEN"])])
        let expected = [
            #"endpoint_type="INFERENCE",status="FROZEN",visibility="PRIVATE",spec_code="m" 2"#,
            #"endpoint_type="INFERENCE",status="RUNNING",visibility="PRIVATE",spec_code="m" 0"#,
        ]
        #expect(moved.samples(of: "mu_reserved") == expected)
        let withoutMU = workspace.list([row.with(["reserved_resource": ["mu": .null]])])
        #expect(withoutMU.samples(of: "mu_max").map { $0.last } == ["0", "0"])
    }
}
