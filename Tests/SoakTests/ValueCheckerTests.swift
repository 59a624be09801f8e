// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import fabric_soak

@Suite("Page of hostile values")
struct ValueCheckerTests {
    private static func sample(
        _ name: String, _ value: String, _ labels: [(name: String, value: String)] = []
    )
        -> PageSample
    {
        PageSample(
            name: "dataarts_fabric_" + name, labels: [("workspace_id", "w")] + labels, value: value, type: "gauge")
    }

    private static func endpoints(_ type: String, _ count: Int) -> PageSample {
        sample(
            "endpoints", String(count), [("endpoint_type", type), ("status", "RUNNING"), ("visibility", "PRIVATE")])
    }

    /// Two endpoints of type `sql` and one of another type; one has an error and one reserves APU.
    private static let truth: ValueTruth = {
        var truth = ValueTruth(begun: 1_000_000, endpoints: 3, skipped: 1, malformed: 2, errors: 1)
        truth.documented = [.init(type: "sql", status: "RUNNING", visibility: "PRIVATE"): 2]
        truth.add(.max, to: "apu_reserved")
        truth.add(.max, to: "apu_reserved")
        truth.add(5, to: "apu_max")
        return truth
    }()

    private static let page =
        [
            endpoints("sql", 2), endpoints("odd", 1), endpoints("gone", 0),
            sample("endpoints_with_error", "1", [("endpoint_type", "sql"), ("error_code", "F.1")]),
            sample("apu_reserved", "9223372036854775807", [("spec_code", "a")]),
            sample("apu_max", "3", [("spec_code", "a")]), sample("apu_max", "2", [("spec_code", "b")]),
            sample("workspace_listed_records", "3", [("listing", "endpoints")]),
            sample("workspace_listed_records", "7", [("listing", "job_runs")]),
        ]
        + [
            ("skipped_records", "1"), ("malformed_fields", "2"), ("cut_values", "4"),
            ("last_success_timestamp_seconds", "2.5"),
        ].map { sample("workspace_" + $0.0, $0.1, [("listing", "endpoints")]) }

    private func problems(
        _ change: (inout [PageSample]) -> Void = { _ in }, truths: [ValueTruth] = [truth]
    ) -> [String] {
        var page = Self.page
        // Health families may be in any order.
        page.reverse()
        change(&page)
        var checker = ValueChecker()
        return checker.problems(of: "w", page, truths)
    }

    private func replacing(_ name: String, by value: String) -> [String] {
        problems { page in
            for index in page.indices where page[index].name == "dataarts_fabric_" + name { page[index].value = value }
        }
    }

    @Test("A correct page has no problems and lists workspaces with truncated values")
    func good() {
        #expect(problems() == [])
        var checker = ValueChecker()
        _ = checker.problems(of: "w", Self.page, [Self.truth])
        #expect(checker.haveCut == ["w"] && checker.proven == ["w": 2_500_000])
    }

    @Test(
        "A number off by one is detected",
        arguments: [
            ("endpoints_with_error", "2"), ("apu_reserved", "9223372036854775806"), ("workspace_listed_records", "4"),
            ("workspace_skipped_records", "0"), ("workspace_malformed_fields", "3"),
        ])
    func offByOne(_ family: String, _ value: String) {
        #expect(replacing(family, by: value).count == 1)
    }

    @Test func `A capacity of API v2 that is off by one is detected`() {
        var truth = Self.truth
        truth.add(4, to: "endpoint_capacity_min")
        let sample = Self.sample("endpoint_capacity_min", "3", [("resource", "cpu"), ("spec_code", "c")])
        #expect(problems({ $0.append(sample) }, truths: [truth]) == ["endpoint_capacity_min add up to 3, not 4"])
    }

    @Test("Endpoints counted under a wrong type are detected, even with a correct sum")
    func wrongType() {
        let problems = problems { page in
            page.removeAll { $0.name == "dataarts_fabric_endpoints" }
            page += [Self.endpoints("sql", 1), Self.endpoints("odd", 2)]
        }
        #expect(problems.count == 1 && problems[0].contains("is 1, not 2"))
    }

    @Test("An uncounted endpoint is detected")
    func lostRow() {
        #expect(problems { $0.removeAll { $0.label("endpoint_type") == "odd" } } == ["endpoints add up to 2, not 3"])
    }

    @Test("The page matches the last accepted listing that was served before it")
    func whichListing() {
        var refused = Self.truth
        (refused.isRefused, refused.endpoints, refused.begun) = (true, 9, 2_000_000)
        var later = Self.truth
        (later.endpoints, later.begun) = (8, 3_000_000)
        #expect(problems(truths: [Self.truth, refused, later]) == [])
        #expect(problems(truths: [refused, later]) == ["no listing was served at 2500000"])
        later.begun = 2_100_000
        #expect(!problems(truths: [Self.truth, refused, later]).isEmpty)
    }

    @Test("A label may have 200 values in addition to the documented ones and `other`, not 201")
    func maximumValues() {
        func values(_ count: Int) -> [String] {
            problems { page in
                page += (0..<count).map { Self.endpoints("type \($0)", 0) } + [Self.endpoints("other", 0)]
            }
        }
        // Two types already exist.
        #expect(values(198) == [])
        #expect(values(199) == ["201 values of endpoint_type"])
    }

    @Test("A value may have 256 bytes, not 257, with any characters")
    func maximumBytes() {
        func long(_ text: String) -> [String] { problems { $0.append(Self.endpoints(text, 0)) } }
        #expect(long(String(repeating: "é", count: 128)) == [])
        #expect(
            long("e" + String(repeating: "\u{301}", count: 128))
                == ["a value of endpoint_type with more than 256 bytes"])
    }

    @Test("Too many details and a missing count of truncated values are detected")
    func details() {
        let many = problems { page in
            page += (0...1_000).map { Self.sample("endpoint_error", "1", [("endpoint_id", "\($0)")]) }
        }
        #expect(many == ["1001 series of dataarts_fabric_endpoint_error"])
        #expect(
            problems { $0.removeAll { $0.name.hasSuffix("cut_values") } } == ["workspace_cut_values is absent"])
    }
}

@Suite("Log of hostile values")
struct ValueCheckerLogTests {
    private static func line(_ id: String, _ second: Int) -> String {
        "ts=\(WallTime.text(1_800_000_000_000_000 + Int64(second) * 1_000_000)) level=warn endpoint_id=e error_msg=m "
            + "workspace_id=\(id)\n"
    }

    @Test("A workspace may log 60 endpoint errors per minute, not 61, independent of the time of reading")
    func rate() {
        var log = LogChecker()
        var found: [String] = []
        for _ in 0..<60 { found += log.problems(Self.line("a", 0) + Self.line("b", 0)) }
        found += log.problems(Self.line("a", 60))
        #expect(found == [])
        for _ in 0..<59 { found += log.problems(Self.line("a", 61)) }
        #expect(found == [])
        #expect(log.problems(Self.line("a", 62)) == ["61 endpoint errors within a minute, workspace_id=a"])
    }

    @Test("An endpoint error without a time is a problem")
    func noTime() {
        var log = LogChecker()
        #expect(log.problems("level=warn endpoint_id=e workspace_id=a\n").count == 1)
    }

    @Test("A line that is read in parts is checked as a whole")
    func pieces() {
        var log = LogChecker()
        let half = String(repeating: "x", count: LogChecker.maximumLine / 2 + 1)
        #expect(log.problems(half) == [])
        #expect(log.problems(half + "\n").count == 1)
        #expect(log.problems("short\n") == [] && log.lines == 2)
    }
}
