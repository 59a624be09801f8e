// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import Aggregation

@Suite("Capacity, added up")
struct CapacityTests {
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

    @Test("Sums are exact up to 64 bits and saturate beyond, in whatever order they come", arguments: edges)
    func sums(amounts: [Int64], sum: String) {
        for order in [amounts, amounts.reversed(), amounts.sorted(), amounts.sorted(by: >)] {
            var workspace = ListedWorkspace()
            let listing = workspace.list(
                order.enumerated().map { index, amount in
                    EndpointRow("\(index)", "INFERENCE", "RUNNING").with {
                        $0.mu = ReservedCapacity(specCode: "s", reserved: amount, maximum: amount)
                    }
                })
            let expected = sum.isEmpty ? [] : [#"endpoint_type="INFERENCE",status="RUNNING",spec_code="s" \#(sum)"#]
            #expect(listing.samples(of: "mu_reserved") == expected)
            #expect(listing.samples(of: "mu_max") == expected)
        }
    }

    @Test("Each unit has its own families, and only DPU tells public from private")
    func units() {
        var workspace = ListedWorkspace()
        let row = EndpointRow("a", "SQL", "RUNNING").with {
            $0.apu = ReservedCapacity(specCode: "a", reserved: 1, maximum: 2, usesPublicResource: true)
            $0.dpu = ReservedCapacity(specCode: "d", reserved: 3, maximum: 4)
            $0.mu = ReservedCapacity(specCode: "m", reserved: 5, maximum: 6, usesPublicResource: true)
        }
        let other = EndpointRow("b", "SQL", "RUNNING").with {
            $0.dpu = ReservedCapacity(specCode: "d", reserved: 7, maximum: 8, usesPublicResource: true)
        }
        let listing = workspace.list([row, other])
        let common = #"endpoint_type="SQL",status="RUNNING""#
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

    @Test("Without a specification code the label is left out")
    func noSpecCode() {
        var workspace = ListedWorkspace()
        let rows = [nil, "a", nil].enumerated().map { index, code in
            EndpointRow("\(index)", "RUNNING").with {
                $0.apu = ReservedCapacity(specCode: code, reserved: 1, maximum: 1)
            }
        }
        #expect(
            workspace.list(rows).samples(of: "apu_reserved") == [
                #"endpoint_type="INFERENCE",status="RUNNING" 2"#,
                #"endpoint_type="INFERENCE",status="RUNNING",spec_code="a" 1"#,
            ])
    }

    @Test("A Ray cluster counts its head and adds up its worker groups by specification")
    func ray() {
        var workspace = ListedWorkspace()
        let rows = [
            EndpointRow("a", "RAY", "RUNNING").with {
                $0.ray = RayCluster(
                    hasHead: true, headSpecCode: "h",
                    workers: [
                        .init(specCode: "w", minimum: 1, maximum: 3), .init(specCode: "w", minimum: 2, maximum: 5),
                        .init(specCode: nil, minimum: 1, maximum: 1),
                    ])
            },
            EndpointRow("b", "RAY", "RUNNING").with {
                $0.ray = RayCluster(hasHead: true, headSpecCode: "h", workers: [])
            },
            EndpointRow("c", "RAY", "RUNNING").with {
                $0.ray = RayCluster(
                    hasHead: false, headSpecCode: nil, workers: [.init(specCode: "w", minimum: 4, maximum: 4)])
            },
        ]
        let listing = workspace.list(rows)
        let common = #"endpoint_type="RAY",status="RUNNING""#
        #expect(listing.samples(of: "ray_heads") == [#"\#(common),spec_code="h" 2"#])
        #expect(listing.samples(of: "ray_workers_min") == ["\(common) 1", #"\#(common),spec_code="w" 7"#])
        #expect(listing.samples(of: "ray_workers_max") == ["\(common) 1", #"\#(common),spec_code="w" 12"#])
    }

    @Test("A series once seen stays, at zero, when the endpoint moves on")
    func stays() {
        var workspace = ListedWorkspace()
        let row = EndpointRow("a", "RUNNING").with {
            $0.mu = ReservedCapacity(specCode: "m", reserved: 2, maximum: 4)
        }
        _ = workspace.list([row])
        let moved = workspace.list([row.with { $0.status = EndpointStatus("FROZEN") }])
        let expected = [
            #"endpoint_type="INFERENCE",status="FROZEN",spec_code="m" 2"#,
            #"endpoint_type="INFERENCE",status="RUNNING",spec_code="m" 0"#,
        ]
        #expect(moved.samples(of: "mu_reserved") == expected)
        let withoutMU = workspace.list([row.with { $0.mu = nil }])
        #expect(withoutMU.samples(of: "mu_max").map { $0.last } == ["0", "0"])
    }
}
