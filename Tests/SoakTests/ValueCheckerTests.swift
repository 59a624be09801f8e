// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import fabric_soak

@Suite("What a page of hostile values must hold")
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

    /// Two endpoints of type `sql` and one of another type, of which one has an error and one a row of APUs.
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
        // Health comes in any order.
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

    @Test("A true page has no problems, and says which workspaces had values cut")
    func good() {
        #expect(problems() == [])
        var checker = ValueChecker()
        _ = checker.problems(of: "w", Self.page, [Self.truth])
        #expect(checker.haveCut == ["w"] && checker.proven == ["w": 2_500_000])
    }

    @Test(
        "A number off by one is noticed",
        arguments: [
            ("endpoints_with_error", "2"), ("apu_reserved", "9223372036854775806"), ("workspace_listed_records", "4"),
            ("workspace_skipped_records", "0"), ("workspace_malformed_fields", "3"),
        ])
    func offByOne(_ family: String, _ value: String) {
        #expect(replacing(family, by: value).count == 1)
    }

    @Test("Endpoints that are counted under a wrong type are noticed although their sum is right")
    func wrongType() {
        let problems = problems { page in
            page.removeAll { $0.name == "dataarts_fabric_endpoints" }
            page += [Self.endpoints("sql", 1), Self.endpoints("odd", 2)]
        }
        #expect(problems.count == 1 && problems[0].contains("is 1, not 2"))
    }

    @Test("An endpoint that no series counts is noticed")
    func lostRow() {
        #expect(problems { $0.removeAll { $0.label("endpoint_type") == "odd" } } == ["endpoints add up to 2, not 3"])
    }

    @Test("The page is that of the last listing that was neither refused nor served after it")
    func whichListing() {
        var refused = Self.truth
        (refused.isRefused, refused.endpoints, refused.begun) = (true, 9, 2_000_000)
        var later = Self.truth
        (later.endpoints, later.begun) = (8, 3_000_000)
        #expect(problems(truths: [Self.truth, refused, later]) == [])
        #expect(problems(truths: [refused, later]) == ["a listing of 2500000 that was not served by then"])
        later.begun = 2_100_000
        #expect(!problems(truths: [Self.truth, refused, later]).isEmpty)
    }

    @Test("200 values of a label are permitted beside the documented ones and the word for the rest, 201 are not")
    func maximumValues() {
        func values(_ count: Int) -> [String] {
            problems { page in
                page += (0..<count).map { Self.endpoints("type \($0)", 0) } + [Self.endpoints("other", 0)]
            }
        }
        // Two types are there already.
        #expect(values(198) == [])
        #expect(values(199) == ["201 values of endpoint_type"])
    }

    @Test("256 bytes of a value are permitted, 257 are not, whatever characters they are")
    func maximumBytes() {
        func long(_ text: String) -> [String] { problems { $0.append(Self.endpoints(text, 0)) } }
        #expect(long(String(repeating: "é", count: 128)) == [])
        #expect(
            long("e" + String(repeating: "\u{301}", count: 128))
                == ["a value of endpoint_type with more than 256 bytes"])
    }

    @Test("More details than the limit are noticed, and a page that does not count what was cut")
    func details() {
        let many = problems { page in
            page += (0...1_000).map { Self.sample("endpoint_error", "1", [("endpoint_id", "\($0)")]) }
        }
        #expect(many == ["1001 series of dataarts_fabric_endpoint_error"])
        #expect(
            problems { $0.removeAll { $0.name.hasSuffix("cut_values") } } == ["workspace_cut_values is absent"])
    }
}

@Suite("What a log of hostile values may hold")
struct ValueCheckerLogTests {
    private static func line(_ id: String, _ second: Int) -> String {
        "ts=\(WallTime.text(1_800_000_000_000_000 + Int64(second) * 1_000_000)) level=warn endpoint_id=e error_msg=m "
            + "workspace_id=\(id)\n"
    }

    @Test("60 endpoint errors of a workspace within a minute are permitted, 61 are not, whenever they are read")
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

    @Test("A line is judged as a whole although it is read in pieces")
    func pieces() {
        var log = LogChecker()
        let half = String(repeating: "x", count: LogChecker.maximumLine / 2 + 1)
        #expect(log.problems(half) == [])
        #expect(log.problems(half + "\n").count == 1)
        #expect(log.problems("short\n") == [] && log.lines == 2)
    }
}
