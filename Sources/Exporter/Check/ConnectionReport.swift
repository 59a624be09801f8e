// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric
internal import Listings
internal import Polling

/// What `check --connect` found, as lines for people.
struct ConnectText {
    let findings: [SourceFindings]
    let poll: PollSettings
    let environment: [String: String]

    /// Tables of all sources, then every failure with what to do about it, then what explains an empty page, then the sum.
    var lines: [String] {
        var lines: [String] = []
        for source in findings { lines += table(of: source) + [""] }
        let failures = findings.flatMap(failures)
        if !failures.isEmpty { lines += ["Failures:"] + failures + [""] }
        let notes = findings.flatMap(notes)
        if !notes.isEmpty { lines += ["Notes:"] + notes.map { "  \($0)" } + [""] }
        return (lines + [sum]).map(TerminalText.printable)
    }

    // MARK: Tables

    private func table(of source: SourceFindings) -> [String] {
        var lines = ["Source \(source.settings.name) at \(source.settings.baseURL)"]
        switch source.credential {
        case .given: lines.append("  credential: as configured")
        case .obtained(let end):
            let until = end.map { ", ends \(Timestamp(microseconds: $0).iso8601())" } ?? ""
            lines.append("  credential: obtained\(until)")
        case .failed: lines.append("  credential: FAILED")
        }
        if let ahead = source.secondsAhead {
            let isWrong = abs(ahead) >= ConnectAdvice.telltaleSkew
            lines.append("  clock: \(ConnectAdvice.skew(ahead))\(isWrong ? ", WRONG" : ", ok")")
        } else {
            lines.append("  clock: not known, no answer had a Date")
        }
        if source.settings.discovery != nil { lines.append("  discovery: \(discovery(source.discovery))") }
        guard !source.entries.isEmpty else { return lines + ["  no workspace to poll"] }
        let head = ["WORKSPACE", "ID", "LISTING", "RESULT", "RECORDS", "LATENCY", "REQUESTS/MIN", "SERIES"]
        return lines + Self.aligned([head] + source.entries.map(row), numbersFrom: 4).map { "  " + $0 }
    }

    private func discovery(_ discovery: SourceFindings.Discovery?) -> String {
        guard let discovery else { return "not tried, there is no credential" }
        guard case .success(let found) = discovery.found else { return "FAILED" }
        let leftOut = discovery.leftOut.isEmpty ? "" : ", \(discovery.leftOut.count) left out by include and exclude"
        return
            "\(Self.counted(Int64(found.count), "workspace")) found\(leftOut), \(Self.milliseconds(discovery.latency))"
    }

    private func row(_ entry: SourceFindings.Entry) -> [String] {
        let subject = [entry.workspace.name, entry.workspace.key.workspaceID, entry.listing.name]
        switch entry.outcome {
        case .answered(let answer):
            let probe = answer.probe
            let about = probe.isExact ? "" : "~"
            return subject + [
                "ok", String(probe.records), Self.milliseconds(entry.latency), Self.rate(perMinute(probe.requests)),
                about + String(series(entry, probe)),
            ]
        case .failed(let failure):
            return subject + [failure.reason.rawValue, "-", Self.milliseconds(entry.latency), "-", "-"]
        case .notAsked: return subject + ["not asked", "-", "-", "-", "-"]
        }
    }

    /// One series of a workspace is that of none of its lists.
    private func series(_ entry: SourceFindings.Entry, _ probe: ListingProbe) -> Int {
        probe.series + PollHealthFamilies.seriesOfListing + (entry.listing.name == ListingRegistry.all[0].name ? 1 : 0)
    }

    // MARK: Failures

    private func failures(_ source: SourceFindings) -> [String] {
        let advice = ConnectAdvice(findings: source, environment: environment)
        var lines: [String] = []
        func add(_ what: String, _ failure: APIFailure, _ subject: ConnectAdvice.Subject) {
            lines.append("  \(what): \(failure)")
            lines += advice.remedies(for: failure, of: subject).map { "    -> \($0)" }
        }
        let name = source.settings.name
        if case .failed(let failure, let didAnswer, let cause) = source.credential {
            add("credential of \(name)", failure, .credential(didAnswer: didAnswer, cause))
        }
        if case .failure(let failure) = source.discovery?.found { add("discovery of \(name)", failure, .discovery) }
        if let discovery = source.discovery, discovery.givesNothingToPoll {
            lines.append("  discovery of \(name): \(Self.emptiness(of: discovery))")
            lines.append("    -> \(ConnectAdvice.remedy(forEmpty: discovery))")
        }
        for entry in source.entries {
            guard case .failed(let failure) = entry.outcome else { continue }
            add("\(name)/\(entry.workspace.key.workspaceID)\(Self.suffix(entry.workspace))", failure, .workspace(entry))
        }
        let omissions = source.entries.compactMap { entry -> SourceFindings.Omission? in
            if case .notAsked(let omission) = entry.outcome { omission } else { nil }
        }
        if let omission = omissions.first {
            let why =
                switch omission {
                case .credentialRefused: "the source has no credential that is taken, and trying on could lock it"
                case .noAnswer: "nothing answers"
                }
            lines.append("  \(name): \(Self.counted(Int64(omissions.count), "workspace")) not asked: \(why)")
        }
        return lines
    }

    private static func suffix(_ workspace: Workspace) -> String {
        workspace.name == workspace.key.workspaceID ? "" : " (\(workspace.name))"
    }

    // MARK: Notes

    private func notes(_ source: SourceFindings) -> [String] {
        let name = source.settings.name
        var notes: [String] = []
        if let warning = ConnectAdvice(findings: source, environment: environment).clockWarning {
            notes.append("\(name): \(warning).")
        }
        if let discovery = source.discovery, !discovery.leftOut.isEmpty, !discovery.givesNothingToPoll {
            notes.append("\(name): discovery.include and exclude leave out: \(ConnectAdvice.names(discovery.leftOut)).")
        }
        for entry in source.entries {
            guard case .answered(let answer) = entry.outcome else { continue }
            let which = "\(name)/\(entry.workspace.key.workspaceID)\(Self.suffix(entry.workspace))"
            if answer.probe.records == 0 { notes.append("\(which): \(Self.emptiness(answer, entry))") }
            let probe = answer.probe
            if probe.skippedRecords > 0 || probe.malformedFields > 0 {
                notes.append(
                    "\(which): \(Self.counted(Int64(probe.skippedRecords), "record")) without a usable id, "
                        + "\(Self.counted(Int64(probe.malformedFields), "malformed field")) on the first page.")
            }
        }
        let rate = requestsPerMinute(of: source)
        if poll.requestsPerSecond > 0, rate > poll.requestsPerSecond * 60 {
            notes.append(
                "\(name): \(Self.rate(rate)) requests a minute are more than poll.requests_per_second allows: polls will "
                    + "be late; raise it, or poll.interval, or divide the workspaces among shards.")
        }
        return notes
    }

    /// What there is to say of a discovery that succeeded and gives nothing to poll.
    private static func emptiness(of discovery: SourceFindings.Discovery) -> String {
        guard !discovery.leftOut.isEmpty else { return "it works and finds 0 workspaces" }
        let found = counted(Int64(discovery.leftOut.count), "workspace")
        return "it works and finds \(found), 0 match discovery.include and exclude: "
            + ConnectAdvice.names(discovery.leftOut)
    }

    private static func emptiness(_ answer: SourceFindings.Answer, _ entry: SourceFindings.Entry) -> String {
        let (record, filter) = (entry.listing.record, entry.filter)
        guard entry.listing == EndpointListing.self else { return "the workspace has no \(record)." }
        guard filter != EndpointFilter() else {
            return "the workspace has no endpoint of the caller's own; filter.visibility ALL lists those of others too."
        }
        let filtered =
            EndpointFilter(visibility: filter.visibility) == filter ? "visibility ALL" : "the filter's other keys"
        guard let unfiltered = answer.unfiltered, unfiltered > 0 else { return "the workspace has no \(record)." }
        return filtered == "visibility ALL"
            ? "its filter hides everything: \(counted(unfiltered, "endpoint")) with visibility ALL."
            : "its filter hides everything: \(counted(unfiltered, "endpoint")) without it."
    }

    // MARK: The sum

    private var sum: String {
        let entries = findings.flatMap(\.entries)
        let answers = entries.compactMap { entry -> (entry: SourceFindings.Entry, probe: ListingProbe)? in
            if case .answered(let answer) = entry.outcome { (entry, answer.probe) } else { nil }
        }
        let series = answers.reduce(0) { $0 + self.series($1.entry, $1.probe) }
        let rate = findings.reduce(0) { $0 + requestsPerMinute(of: $1) }
        let exact = answers.allSatisfy(\.probe.isExact) ? "" : "about "
        let workspaces = Set(entries.map(\.workspace.key))
        let failed = Set(entries.filter(\.hasFailed).map(\.workspace.key))
        return
            "\(workspaces.count - failed.count) of \(Self.counted(Int64(workspaces.count), "workspace")) can be listed: "
            + "\(Self.rate(rate)) requests a minute, \(exact)\(Self.counted(Int64(series), "series", plural: "series")) "
            + "beside the exporter's own."
    }

    private func requestsPerMinute(of source: SourceFindings) -> Double {
        var rate = 0.0
        for case .answered(let answer) in source.entries.map(\.outcome) { rate += perMinute(answer.probe.requests) }
        if let discovery = source.discovery, let interval = source.settings.discovery?.interval {
            rate += Double(discovery.requests) * (.seconds(60) / interval)
        }
        return rate
    }

    private func perMinute(_ requests: Int) -> Double { Double(requests) * (.seconds(60) / poll.interval) }

    // MARK: Words

    private static func counted(_ count: Int64, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        duration.map { "\(Int(($0 / .milliseconds(1)).rounded())) ms" } ?? "-"
    }

    /// With one digit behind the point where it says something.
    private static func rate(_ rate: Double) -> String {
        let tenths = Int((rate * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}

extension ConnectText {
    /// Columns of equal width; those from `numbersFrom` on are aligned at their right.
    static func aligned(_ rows: [[String]], numbersFrom: Int) -> [String] {
        let rows = rows.map { $0.map(TerminalText.printable) }
        let widths = (rows.first ?? []).indices.map { column in rows.map { width($0[column]) }.max() ?? 0 }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - width(cell))
                return column < numbersFrom ? cell + space : space + cell
            }
            return cells.joined(separator: "  ")
        }
    }

    /// How many columns of a terminal a text takes: Chinese characters take two.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
                0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
                sum + 2
            default: sum + (scalar.properties.generalCategory == .nonspacingMark ? 0 : 1)
            }
        }
    }
}
