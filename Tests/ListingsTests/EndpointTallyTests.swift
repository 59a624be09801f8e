// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Limits of a listing")
struct EndpointTallyTests {
    /// Returns the distinct values of a label in the samples of all families.
    private func values(_ label: String, _ listing: ListingSnapshot) -> Set<String> {
        let text = String(decoding: listing.page(.text), as: UTF8.self)
        return Set(
            text.split(separator: "\n").compactMap { line in
                line.firstRange(of: "\(label)=\"").map { String(line[$0.upperBound...].prefix { $0 != "\"" }) }
            })
    }

    /// Returns the sum of a family's samples.
    private func sum(_ family: String, _ listing: ListingSnapshot) -> Int {
        listing.samples(of: family).reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? .min) }
    }

    /// Returns rows with unique values.
    private func rows(_ numbers: Range<Int>) -> [JSONValue] {
        numbers.map { number in
            endpoint("id-\(number)", "type-\(number)", "STATUS_\(number)", error: "CODE.\(number)").with([
                "visibility": .string("VISIBILITY_\(number)"),
                "reserved_resource": [
                    "dpu": ["spec_code": .string("spec.\(number)"), "warm_up_num": 2, "max_num": 3]
                ],
                "ray_resource": [
                    "head_group_spec": ["spec_code": .string("head.\(number)")],
                    "worker_group_spec": [
                        ["spec_code": .string("worker.\(number)"), "min_replicas": 1, "max_replicas": 4]
                    ],
                ],
            ])
        }
    }

    @Test("Unique values fill each label up to its limit, and sums stay exact")
    func neverRepeating() {
        var workspace = ListedWorkspace(details: .all, labelValues: 20)
        var sizes: [Int] = []
        for listing in 0..<6 {
            let rows = rows(listing * 500..<listing * 500 + 500)
            let result = workspace.list(rows)
            for label in ["endpoint_type", "status", "visibility", "spec_code", "error_code"] {
                let undocumented = values(label, result).subtracting(EndpointStatus.table.map(\.status.rawValue))
                #expect(undocumented.count <= 21 && undocumented.contains("other"), "\(label): \(undocumented.count)")
            }
            #expect(sum("endpoints", result) == 500 && sum("endpoints_with_error", result) == 500)
            #expect(sum("dpu_reserved", result) == 1_000 && sum("dpu_max", result) == 1_500)
            #expect(sum("ray_heads", result) == 500 && sum("ray_workers_max", result) == 2_000)
            sizes.append(result.page(.text).count)
        }
        #expect(sizes[5] <= sizes[2] + sizes[2] / 50)
    }

    @Test("Documented types, statuses and visibilities are never replaced nor counted")
    func documented() {
        var workspace = ListedWorkspace(labelValues: 1)
        var rows = rows(0..<3)
        for type in EndpointType.documented {
            for status in EndpointStatus.table.map(\.status.rawValue) {
                for visibility in ["PRIVATE", "PUBLIC"] {
                    rows.append(
                        endpoint("\(type)-\(status)-\(visibility)", type, status).with([
                            "visibility": .string(visibility)
                        ]))
                }
            }
        }
        rows.append(["id": "without anything"])
        let samples = Set(workspace.list(rows).samples(of: "endpoints"))
        for type in EndpointType.documented {
            for status in EndpointStatus.table.map(\.status.rawValue) {
                for visibility in ["PRIVATE", "PUBLIC"] {
                    let series = #"endpoint_type="\#(type)",status="\#(status)",visibility="\#(visibility)" 1"#
                    #expect(samples.contains(series))
                }
            }
        }
        #expect(samples.contains(#"endpoint_type="unknown",status="UNKNOWN",visibility="PRIVATE" 1"#))
        #expect(samples.contains(#"endpoint_type="type-0",status="STATUS_0",visibility="VISIBILITY_0" 1"#))
        #expect(samples.contains(#"endpoint_type="other",status="other",visibility="other" 2"#))
    }

    @Test("An exported value keeps its number, whatever precedes it in the next listing")
    func keepsNumber() {
        var workspace = ListedWorkspace(labelValues: 2)
        let kept = [endpoint("a", "A", "RUNNING", error: "E.A"), endpoint("b", "B", "RUNNING", error: "E.B")]
        _ = workspace.list(kept)
        let next = workspace.list([endpoint("c", "C", "RUNNING", error: "E.C")] + kept)
        let types = next.samples(of: "endpoints_with_error")
        #expect(
            types == [
                #"endpoint_type="A",status="RUNNING",visibility="PRIVATE",error_code="E.A" 1"#,
                #"endpoint_type="B",status="RUNNING",visibility="PRIVATE",error_code="E.B" 1"#,
                #"endpoint_type="other",status="RUNNING",visibility="PRIVATE",error_code="other" 1"#,
            ])
        #expect(next.counts.cutValues == 2)
    }

    @Test("Long values are cut at a scalar to 256 bytes, messages to 1,000, and counted")
    func longValues() throws {
        var workspace = ListedWorkspace(details: .all)
        let accents = "e" + String(repeating: "\u{301}", count: 300_000)
        let rows = [
            endpoint("a", accents, "X" + String(repeating: "端", count: 100_000), error: "E.1").with([
                "name": .string(String(repeating: "😀", count: 50_000)),
                "error_msg": .string(accents),
                "reserved_resource": ["mu": ["spec_code": .string(accents), "min": 1, "max": 1]],
            ]),
            endpoint("b", "SQL", "RUNNING", error: String(repeating: "F", count: 256)).with([
                "name": .string(String(repeating: "n", count: 256)),
                "error_msg": .string(String(repeating: "m", count: 1_000)),
            ]),
        ]
        let listing = workspace.list(rows)
        #expect(listing.counts.cutValues == 5)
        let details = listing.details
        #expect(details[0].type == "e" + String(repeating: "\u{301}", count: 127))
        #expect(details[0].status == "X" + String(repeating: "端", count: 85))
        #expect(details[0].name == String(repeating: "😀", count: 64))
        #expect(details[0].errorMessage == "e" + String(repeating: "\u{301}", count: 499))
        #expect(details[1].errorCode?.utf8.count == 256 && details[1].name?.utf8.count == 256)
        #expect(details[1].errorMessage?.utf8.count == 1_000)
        #expect(listing.page(.text).count < 30_000)
        #expect(listing.samples(of: "workspace_cut_values") == ["5"])
    }

    @Test(
        "Values that differ only in secrets share a series, and a secret across the cut is redacted"
    )
    func secrets() throws {
        let tokens = [
            Secret("EndpointTallyTests-first-token"), Secret("EndpointTallyTests-second-token"),
        ]
        var workspace = ListedWorkspace(details: .all)
        let rows = tokens.enumerated().map { number, token in
            let text = token.withExposedValue { $0 }
            return endpoint("id-\(number)", text, "RUNNING").with([
                "name": .string(String(repeating: "n", count: 250) + text)
            ])
        }
        let listing = workspace.list(rows)
        #expect(
            listing.samples(of: "endpoints").filter { $0.hasSuffix(" 2") }
                == [#"endpoint_type="<REDACTED>",status="RUNNING",visibility="PRIVATE" 2"#])
        #expect(listing.details.allSatisfy { $0.name == String(repeating: "n", count: 250) + "<REDAC" })
    }

    @Test("With few values per label, sums by visibility are exact, and oldest transitions have the keys of counts")
    func visibilities() {
        var workspace = ListedWorkspace(details: .none, labelValues: 4)
        let rows = (0..<600).map { number in
            endpoint(
                "\(number)", "type-\(number % 4)\(String(repeating: "t", count: 200))", "UPDATING",
                updated: Int64(number), error: "CODE.\(number % 3)"
            ).with([
                "visibility": .string(number.isMultiple(of: 2) ? "PUBLIC" : "V\(number % 5)"),
                "reserved_resource": ["mu": ["spec_code": .string("spec.\(number % 7)"), "min": 1, "max": 2]],
            ])
        }
        let listing = workspace.list(rows)
        for (family, expected) in [
            ("endpoints", 300), ("endpoints_with_error", 300), ("mu_reserved", 300), ("mu_max", 600),
        ] {
            let samples = listing.samples(of: family)
            func sum(_ isCounted: (String) -> Bool) -> Int {
                samples.filter(isCounted).reduce(0) { $0 + (Int($1.split(separator: " ").last ?? "") ?? .min) }
            }
            #expect(sum { $0.contains(#"visibility="PUBLIC""#) } == expected)
            #expect(sum { !$0.contains(#"visibility="PUBLIC""#) } == expected)
        }
        func keys(_ family: String) -> Set<String> {
            Set(
                listing.samples(of: family).filter { $0.contains("UPDATING") && !$0.hasSuffix("\" 0") }
                    .compactMap { $0.split(separator: " ").dropLast().first.map(String.init) })
        }
        #expect(keys("endpoint_oldest_transition_timestamp_seconds").isSubset(of: keys("endpoints")))
        #expect(
            listing.samples(of: "endpoint_oldest_transition_timestamp_seconds").contains { $0.hasSuffix(" 1600000000") }
        )
        #expect(values("visibility", listing).isSuperset(of: ["PUBLIC", "other"]))
    }

    @Test("Combinations of a few dozen values are limited, and sums stay exact")
    func combinations() {
        var workspace = ListedWorkspace(details: .none, labelValues: 40)
        var generator = Numbers(state: 7)
        var size = 0
        for listing in 0..<10 {
            let rows = (0..<500).map { number in
                endpoint(
                    "\(listing)-\(number)", "type-\(generator.next(40))", "STATUS_\(generator.next(40))",
                    error: "CODE.\(generator.next(40))"
                ).with([
                    "visibility": .string("VISIBILITY_\(generator.next(40))"),
                    "reserved_resource": [
                        "apu": [
                            "spec_code": .string("spec.\(generator.next(40))"), "warm_up_num": 1, "max_num": 2,
                        ]
                    ],
                ])
            }
            let result = workspace.list(rows)
            #expect(sum("endpoints", result) == 500 && sum("apu_max", result) == 1_000)
            #expect(sum("endpoints_with_error", result) == 500)
            size = max(size, result.page(.text).count)
        }
        #expect(size < 3 << 19)
    }
}

/// A seeded generator of pseudorandom numbers.
private struct Numbers {
    var state: UInt64

    mutating func next(_ limit: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % limit
    }
}
