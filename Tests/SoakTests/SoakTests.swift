// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite("Soak")
struct SoakTests {
    private static let row = SimulatedEndpoint(
        id: "e", name: "n", type: "sql", status: "UPDATING", createTime: "2023-05-30T12:24:30.401Z",
        updateTime: "2023-05-30T13:24:30.000Z", owner: ["user_name": "lin", "user_id": "u"],
        reservedResource: ["dpu": ["spec_code": "d", "warm_up_num": 3]])

    private static func key(_ name: String, _ labels: (String, String?)...) -> String {
        SeriesKey.text("dataarts_fabric_" + name, labels)
    }

    private static let since = key(
        "endpoint_status_since_timestamp_seconds", ("endpoint_id", "e"), ("endpoint_name", "n"),
        ("endpoint_type", "sql"), ("status", "UPDATING"), ("visibility", "PRIVATE"))
    private static let oldest = key(
        "endpoint_oldest_transition_timestamp_seconds", ("endpoint_type", "sql"), ("status", "UPDATING"),
        ("visibility", "PRIVATE"))
    private static let info = key(
        "endpoint_info", ("endpoint_id", "e"), ("endpoint_name", "n"), ("endpoint_type", "sql"), ("owner", "lin"),
        ("owner_id", "u"))
    private static let reserved = key(
        "dpu_reserved", ("endpoint_type", "sql"), ("status", "UPDATING"), ("visibility", "PRIVATE"),
        ("spec_code", "d"), ("public_resource", "false"))

    /// Returns the correct page of a workspace with one row.
    private static var page: [String: String] {
        var page = Expectation([row]).exact
        page[since] = "1685453070"
        page[oldest] = "1685453070"
        return page
    }

    private static func difference(_ page: [String: String], end: Int64 = .max) -> [String]? {
        let history = History(lyingAbout: nil)
        history.note(SimulatedWorkspace(id: "w", name: "w", endpoints: [row]))
        return history.difference(of: "w", page: page, start: 0, end: end)
    }

    @Test("The correct page has all series of its row and no difference")
    func truth() {
        #expect(Self.page[Self.reserved] == "3")
        #expect(Self.page[Self.info] == "1" && Self.page.values.filter { $0 == "1" }.count == 3)
        // Eleven counts, two sums, two times, an owner, and five numbers of the listing.
        #expect(Self.page.count == 21)
        #expect(Self.difference(Self.page) == nil)
    }

    @Test("A number off by one, a missing series and an additional series are differences")
    func wrongNumbers() throws {
        for (key, value) in Self.page {
            var page = Self.page
            page[key] = String(try #require(Int(value)) + 1)
            #expect(Self.difference(page)?.count == 1, "\(key)")
            page[key] = nil
            #expect(Self.difference(page)?.count == 1, "\(key)")
        }
        var page = Self.page
        page[Self.key("apu_reserved", ("endpoint_type", "sql"), ("status", "UPDATING"))] = "0"
        #expect(Self.difference(page)?.count == 1)
    }

    @Test("States of other times do not match, and series of earlier states may stay at zero")
    func otherTimes() {
        #expect(Self.difference(Self.page, end: 1) == ["no state at that time"])
        let history = History(lyingAbout: nil)
        history.note(SimulatedWorkspace(id: "w", name: "w", endpoints: [Self.row]))
        history.note(SimulatedWorkspace(id: "w", name: "w", endpoints: []))
        var page = Expectation([]).exact
        page[Self.reserved] = "0"
        #expect(history.difference(of: "w", page: page, start: 0, end: .max) == nil)
        page[Self.reserved] = "3"
        #expect(history.difference(of: "w", page: page, start: 0, end: .max)?.isEmpty == false)
    }

    /// Returns the difference of a page of one row with these times, on which the status began at `value`.
    private static func difference(created: JSONValue, updated: JSONValue, value: Int64) -> [String]? {
        var odd = row
        odd.createTime = created
        odd.updateTime = updated
        let history = History(lyingAbout: nil)
        history.note(SimulatedWorkspace(id: "w", name: "w", endpoints: [odd]))
        var page = Expectation([odd]).exact
        page[since] = String(value)
        page[oldest] = String(value)
        return history.difference(of: "w", page: page, start: 0, end: WallTime.now + 60_000_000)
    }

    @Test(
        "An implausible time is counted and not exported", arguments: ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
    func meaninglessTimes(_ text: String) {
        let field = JSONValue.string(text)
        let malformed = Self.key("workspace_malformed_fields", ("listing", "endpoints"))
        var row = Self.row
        row.updateTime = field
        #expect(Expectation([row]).exact[malformed] == "1")
        row.createTime = field
        #expect(Expectation([row]).exact[malformed] == "2")
        // The other time is used.
        let created = JSONValue.string("2023-05-30T12:24:30.000Z")
        #expect(Self.difference(created: created, updated: field, value: 1_685_449_470) == nil)
        #expect(Self.difference(created: created, updated: field, value: 0)?.count == 2)
        #expect(Self.difference(created: created, updated: field, value: -62_135_596_800)?.count == 2)
        // Without another time, the time of the poll is used.
        let now = WallTime.now / 1_000_000 + 1
        #expect(Self.difference(created: field, updated: field, value: now) == nil)
        #expect(Self.difference(created: field, updated: field, value: 0)?.count == 2)
    }

    @Test("A near future time is replaced by the poll's; a far one is implausible")
    func futureTimes() {
        let now = WallTime.now
        let malformed = Self.key("workspace_malformed_fields", ("listing", "endpoints"))
        let near = JSONValue.string(WallTime.text(now + 7_200_000_000))
        let far = JSONValue.string(WallTime.text(now + 3 * 86_400_000_000))
        var row = Self.row
        row.updateTime = near
        #expect(Expectation([row]).exact[malformed] == "0")
        row.updateTime = far
        #expect(Expectation([row]).exact[malformed] == "1")
        let created = JSONValue.string("2023-05-30T12:24:30.000Z")
        #expect(Self.difference(created: created, updated: near, value: now / 1_000_000 + 1) == nil)
        #expect(Self.difference(created: created, updated: near, value: now / 1_000_000 + 7_200)?.count == 2)
        #expect(Self.difference(created: created, updated: near, value: 1_685_449_470)?.count == 2)
        #expect(Self.difference(created: created, updated: far, value: 1_685_449_470) == nil)
    }

    @Test("--lie gives a difference")
    func lie() {
        let history = History(lyingAbout: "w")
        history.note(SimulatedWorkspace(id: "w", name: "w", endpoints: [Self.row]))
        #expect(
            history.difference(of: "w", page: Self.page, start: 0, end: .max)
                == ["\(Expectation.listed) is 1, not 2"])
    }

    @Test(
        "Invalid pages are rejected",
        arguments: [
            "# TYPE a gauge\na 1", "# TYPE a gauge\na 1\na 1\n", "# TYPE a gauge\nb 1\n", "a 1\n",
            "# TYPE a gauge\na{b=\"c} 1\n", "# TYPE a gauge\na{b=\"c\",b=\"d\"} 1\n", "# TYPE a gauge\na NaN\n",
            "# TYPE a gauge\na{b=\"\\x\"} 1\n", "# TYPE a gauge\n\na 1\n",
            "# TYPE a gauge\n# TYPE b gauge\n# TYPE a gauge\n",
            "# TYPE a gauge\na{b=\"c\"}1\n", "# TYPE a gauge\na\n", "# nonsense\n",
        ])
    func badPages(_ text: String) {
        #expect(throws: PageError.self) { try PageReader.samples(of: Array(text.utf8), isOpenMetrics: false) }
        #expect(throws: PageError.self) {
            try PageReader.samples(of: Array((text + "# EOF\n").utf8), isOpenMetrics: true)
        }
    }

    @Test("Valid pages are parsed")
    func goodPage() throws {
        let text = "# TYPE a counter\n# HELP a Of \"a\".\na_total{b=\"c\\n\\\"d\\\\\"} 1\n# EOF\n"
        let samples = try PageReader.samples(of: Array(text.utf8), isOpenMetrics: true)
        #expect(samples.map { $0.key() } == ["a_total{b=c\n\"d\\}"])
        #expect(throws: PageError.self) { try PageReader.samples(of: Array(text.utf8), isOpenMetrics: false) }
    }

    @Test("Growth is detected; a constant level is not growth", arguments: [0, 200, 400])
    func growth(_ step: Int) {
        var watch = GrowthWatch()
        for index in 0..<100 {
            watch.note(
                Resources(
                    residentKiB: 50_000 + index * step, peakKiB: 100_000, threads: 9,
                    descriptors: 40 + index * step / 200))
        }
        #expect(watch.problems(comparesQuarters: true).count == (step == 0 ? 0 : 2))
        #expect(watch.problems(comparesQuarters: false) == [])
    }

    @Test("Times are formatted and parsed without loss")
    func times() {
        #expect(WallTime.text(1_685_449_470_401_999) == "2023-05-30T12:24:30.401Z")
        #expect(WallTime.microseconds(ofText: "2023-05-30T12:24:30.401Z") == 1_685_449_470_401_000)
        #expect(WallTime.microseconds(ofText: "2023-05-30T12:24:30Z") == 1_685_449_470_000_000)
        #expect(WallTime.microseconds(ofText: "0001-01-01T00:00:00Z") == -62_135_596_800_000_000)
        #expect(WallTime.microseconds(ofSample: "1685449470.401") == 1_685_449_470_401_000)
        #expect(WallTime.microseconds(ofSample: "1685449470") == 1_685_449_470_000_000)
        for odd in ["", "1.", "1.1234567", "-1", "1e9", "1.-1"] { #expect(WallTime.microseconds(ofSample: odd) == nil) }
    }
}
