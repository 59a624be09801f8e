// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import Listings
import Polling
import TestSupport
import Testing

@testable import WebServer

private let goldens = Goldens(beside: #filePath)

@Suite("The status page for a terminal")
struct StatusTextTests {
    private static func json(_ report: StatusReport) -> String {
        let overview = StatusOverview(report, workspaces: report.workspaces, sourceNames: [])
        return StatusJSON.text(overview, version: "1.2.3", isDetailed: false)
    }

    private static func lines(_ json: String, _ language: Language = .english, columns: Int? = nil) throws -> [String] {
        try StatusText(json: Array(json.utf8), language: language, columns: columns).lines
    }

    @Test(
        "Every part of a status has its lines",
        arguments: [
            ("status.txt", SampleReport.report(), .english, nil),
            ("status-100.txt", SampleReport.report(), .english, 100),
            ("status-100.zh.txt", SampleReport.report(), .chinese, 100),
            ("blind.txt", SampleReport.blind(), .english, 100),
            ("blind.zh.txt", SampleReport.blind(), .chinese, 100),
        ] as [(String, StatusReport, Language, Int?)])
    func golden(name: String, report: StatusReport, language: Language, columns: Int?) throws {
        let lines = try Self.lines(Self.json(report), language, columns: columns)
        try goldens.check(lines.joined(separator: "\n") + "\n", name)
    }

    @Test func `Configured resources of API v2 are a tile and a column`() throws {
        let lines = try Self.lines(Self.json(SampleReport.lake()))
        #expect(lines.contains { $0.contains("Configured CPU cores") && $0.hasSuffix("minimum–maximum") })
        #expect(
            lines.contains { $0.hasSuffix("configured 1\u{202F}264–2\u{202F}528 CPU cores, configured 8–16 NPU cards") }
        )
    }

    @Test("No line is wider than the terminal", arguments: [40, 60, 79, 100], [Language.english, .chinese])
    func width(columns: Int, language: Language) throws {
        for report in [SampleReport.report(), SampleReport.blind()] {
            var report = report
            report.reload.failure = .init(at: SampleReport.now, error: String(repeating: "x", count: 500) + "\n数据")
            for index in report.sources.indices { report.sources[index].name += String(repeating: "源", count: 50) }
            // The columns that are never truncated, with their gaps, need this much.
            let widest = max(columns, 92)
            let lines = try Self.lines(Self.json(report), language, columns: columns)
            #expect(lines.allSatisfy { TerminalText.width($0) <= widest })
            let texts = lines.filter { $0.hasPrefix("    ") || !$0.contains("  ") }
            #expect(texts.allSatisfy { TerminalText.width($0) <= columns })
        }
    }

    @Test("A healthy exporter needs no attention, and one that has polled nothing yet is unknown")
    func states() throws {
        var report = SampleReport.large(3)
        report.sources = [
            SourceStatus(
                name: "cn-north-4", region: nil, credential: .init(kind: .token),
                remedies: SourceRemedies(baseURL: "https://fabric.example", credential: .token), nextProbe: nil,
                discovery: nil)
        ]
        let healthy = try Self.lines(Self.json(report))
        #expect(healthy[0] == "OK: nothing needs attention in 3 workspaces.")
        #expect(healthy.contains("Nothing needs attention."))
        for index in report.workspaces.indices {
            report.workspaces[index].listings = SampleReport.endpoints([], lastSuccess: nil, nil)
        }
        let pending = try Self.lines(Self.json(report))
        #expect(pending[0] == "Unknown: no data from 3 of 3 workspaces.")
        #expect(pending.contains("Not known: no data from 3 of 3 workspaces."))
        #expect(pending.contains("Workspaces down  –  3 of 3 workspaces pending"))
        #expect(pending.contains("Failed           –  no data from 3 of 3 workspaces"))
    }

    @Test("Of many workspaces and endpoints the worst are listed, with the number of all")
    func many() throws {
        var report = SampleReport.large(150)
        for index in 10..<60 {
            report.workspaces[index].listings = SampleReport.endpoints(
                [SampleReport.poll(5, SampleReport.failure)], lastSuccess: nil,
                failingSince: SampleReport.before(Int64(index)), nil)
        }
        let lines = try Self.lines(Self.json(report))
        // The source is partly down or throttled, and the rest are workspaces, the most recent first.
        #expect(lines.contains { $0.hasPrefix("Showing 25 of ") })
        #expect(lines.contains("Showing 100 of 150."))
        let down = lines.filter { $0.hasPrefix("failing: forbidden  ") }
        #expect(down.first?.contains("name-10 ") == true)
        let table = try #require(lines.firstIndex(of: "Workspaces"))
        #expect(lines[table + 2].hasPrefix("name-10 ") && lines[table + 3].hasPrefix("name-11 "))
    }

    // MARK: Responses of other programs

    private static let notJSON = "is not JSON, or has a number that is out of range"

    @Test(
        "What is not the status of an exporter gives an error that says where",
        arguments: [
            ("", Self.notJSON), ("<html>", Self.notJSON), ("{", Self.notJSON), ("{}}", Self.notJSON),
            ("\u{0}", Self.notJSON), (String(repeating: "[", count: 100_000), Self.notJSON),
            ("[]", "has the wrong type"), ("{}", "version is missing"),
            (
                #"{"version":"","time":"2027-01-15T08:00:00Z","state":"ok","needs_attention":{"sources":1e300}}"#,
                notJSON
            ),
            ("null", "is null"),
            (#"{"version":1}"#, "version has the wrong type"),
        ])
    func notAStatus(json: String, problem: String) {
        let error = #expect(throws: StatusTextError.self) { try Self.lines(json) }
        #expect(error?.description.hasSuffix(problem) == true, "\(error?.description ?? "")")
    }

    @Test(
        "A member with a wrong value gives an error that names it",
        arguments: [
            (#""name":"cn-north-4""#, #""name":{}"#, "sources[0].name has the wrong type"),
            (#""workspace_id":"w1""#, #""workspace_id":null"#, "workspaces[0].workspace_id is null"),
            (#""workspace_id":"w1""#, #""x":1"#, "workspaces[0] workspace_id is missing"),
            (#""records":3"#, #""records":"3""#, "has the wrong type"),
            (#""time":"2027-01-15T08:00:00.000Z""#, #""time":"yesterday""#, "time has an invalid value"),
            (
                #""status_since":"#, #""status_since":7,"x":"#,
                "workspaces[0].listings[0].served.problems[0].status_since has the wrong type"
            ),
        ])
    func wrongMember(member: String, replacement: String, problem: String) {
        let json = Self.json(SampleReport.report()).replacing(member, with: replacement, maxReplacements: 1)
        let error = #expect(throws: StatusTextError.self) { try Self.lines(json) }
        #expect(error?.description.hasPrefix("is not the status of a dataarts-fabric-exporter: ") == true)
        #expect(error?.description.hasSuffix(problem) == true, "\(error?.description ?? "")")
    }

    @Test("Control characters, hostile numbers and unknown states are shown, and change nothing else")
    func hostile() throws {
        let json = Self.json(SampleReport.report())
            .replacing(#""1.2.3""#, with: #""1.2\n\u001b[2J\u202e""#).replacing(#""w2""#, with: #""w\u0000\n2""#)
            .replacing(#""age_seconds":200.000"#, with: #""age_seconds":1e300"#)
            .replacing(#""interval_seconds":60.000"#, with: #""interval_seconds":-1e300"#)
            .replacing(#""maximum":16"#, with: #""maximum":9223372036854775807"#)
            .replacing(#""ordinal":0,"total":1"#, with: #""ordinal":-7,"total":99999999"#)
            .replacing(#""state":"throttled""#, with: #""state":"on \u0007 fire""#)
            .replacing(#""reason":"forbidden""#, with: #""reason":"of a later version""#)
            .replacing(#""failed":1"#, with: #""failed":9223372036854775807"#)
        for columns in [nil, 100] {
            let lines = try Self.lines(json, columns: columns)
            #expect(!lines.joined().unicodeScalars.contains { JSONText.isHidden($0) })
            #expect(lines.contains { $0.contains("1.2\u{FFFD}\u{FFFD}[2J\u{FFFD}") })
            #expect(lines.contains { $0.contains("of a later version") })
            #expect(lines.contains { $0.contains("on \u{FFFD} fire") })
        }
    }

    @Test("Members that an earlier version lacks are left out")
    func earlierVersion() throws {
        let json = """
            {"version":"0.0.1","time":"2027-01-15T08:00:00Z","state":"ok","needs_attention":{"sources":0,"workspaces":0,
            "endpoints":{"failed":0},"workspaces_without_data":0},"sources":[{"name":"s","state":"ok"}],
            "workspaces":[{"source":"s","workspace_id":"w","state":"ok","listings":[{"listing":"endpoints","state":"ok",
            "polls":[],"served":{"age_seconds":1,"records":2,"by_status":{},"capacity":[],"problems":[]}}]}]}
            """
        let lines = try Self.lines(json)
        #expect(lines[1] == "0.0.1 · as of 2027-01-15 08:00:00 UTC · 1 source")
        #expect(lines.contains("Failed           0"))
        #expect(lines.contains { $0.hasPrefix("Stuck            –") })
        #expect(lines.contains { $0.hasPrefix("s               ok     ") || $0.hasPrefix("s ") })
    }
}
