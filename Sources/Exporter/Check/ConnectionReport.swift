// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Config
internal import Fabric
internal import Listings
internal import Polling

/// The report of `check --connect`.
struct ConnectionReport {
    let findings: [SourceFindings]
    let poll: PollSettings
    let environment: [String: String]

    /// The lines: a table per source, failures with remedies, notes, and a summary.
    var lines: [String] {
        var lines: [String] = []
        for source in findings { lines += table(of: source) + [""] }
        let failures = findings.flatMap(failures)
        if !failures.isEmpty { lines += ["Failures:"] + failures + [""] }
        let notes = findings.flatMap(notes)
        if !notes.isEmpty { lines += ["Notes:"] + notes.map { "  \($0)" } + [""] }
        return (lines + [summary]).map(TerminalText.printable)
    }

    // MARK: Tables

    private func table(of source: SourceFindings) -> [String] {
        var lines = ["Source \(source.settings.name) at \(source.settings.baseURL)"]
        switch source.credential {
        case .given: lines.append("  credential: as configured")
        case .obtained(let end):
            let until = end.map { ", expires \(Timestamp(microseconds: $0).iso8601())" } ?? ""
            lines.append("  credential: obtained\(until)")
        case .failed: lines.append("  credential: FAILED")
        }
        if let ahead = source.clockSkewSeconds {
            let isWrong = abs(ahead) >= ConnectionRemedies.clockWarningThreshold
            lines.append("  clock: \(Language.english(Remedy.skew(ahead)))\(isWrong ? ", WRONG" : ", ok")")
        } else {
            lines.append("  clock: unknown (no Date header received)")
        }
        if source.settings.discovery != nil { lines.append("  discovery: \(discovery(source.discovery))") }
        if source.settings.collect.quotas != nil { lines.append("  quotas: \(quotas(source.quotas))") }
        guard !source.entries.isEmpty else { return lines + ["  no workspaces to poll"] }
        var table = TerminalTable([
            .text("WORKSPACE"), .text("ID"), .text("LISTING"), .text("RESULT"), .number("RECORDS"), .number("LATENCY"),
            .number("REQUESTS/MIN"), .number("SERIES"),
        ])
        for entry in source.entries { table.add(row(entry)) }
        return lines + table.lines(columns: nil, indentation: 2)
    }

    private func discovery(_ discovery: SourceFindings.Discovery?) -> String {
        guard let discovery else { return "skipped (no credential)" }
        guard case .success(let found) = discovery.found else { return "FAILED" }
        let excluded = discovery.excluded.isEmpty ? "" : ", \(discovery.excluded.count) excluded by include and exclude"
        return
            "\(Self.counted(Int64(found.count), "workspace")) found\(excluded), \(Self.milliseconds(discovery.latency))"
    }

    private func quotas(_ quotas: SourceFindings.Quotas?) -> String {
        guard let quotas else { return "skipped, because other requests of the source failed" }
        guard case .success(let list) = quotas.found else { return "FAILED" }
        return "\(Self.counted(Int64(list.quotas.count), "resource")), \(Self.milliseconds(quotas.latency))"
    }

    private func row(_ entry: SourceFindings.Entry) -> [String] {
        let subject = [entry.workspace.name, entry.workspace.key.workspaceID, entry.listing.name]
        switch entry.outcome {
        case .listed(let answer):
            let probe = answer.probe
            let prefix = probe.isExact ? "" : "~"
            return subject + [
                "ok", String(probe.records), Self.milliseconds(entry.latency), Self.rate(Self.perMinute(entry, probe)),
                prefix + String(series(entry, probe)),
            ]
        case .failed(let failure):
            return subject + [failure.reason.rawValue, "-", Self.milliseconds(entry.latency), "-", "-"]
        case .skipped: return subject + ["skipped", "-", "-", "-", "-"]
        }
    }

    /// Returns the number of series of a listing; the first one also counts the workspace's own series.
    private func series(_ entry: SourceFindings.Entry, _ probe: ListingProbe) -> Int {
        probe.series + PollHealthFamilies.seriesOfListing + (entry.listing.name == ListingRegistry.all[0].name ? 1 : 0)
    }

    // MARK: Failures

    private func failures(_ source: SourceFindings) -> [String] {
        let advice = ConnectionRemedies(source, environment: environment)
        var lines: [String] = []
        func add(
            _ what: String, _ failure: APIFailure, _ subject: SourceRemedies.Subject, usesServices: Bool = false
        ) {
            lines.append("  \(what): \(failure)")
            lines.append("    -> \(advice.remedy(for: failure, of: subject, usesServices: usesServices))")
        }
        let name = source.settings.name
        if case .failed(let failure, let didRespond, let cause) = source.credential {
            add("credential of \(name)", failure, .credential(didRespond: didRespond, cause))
        }
        if case .failure(let failure) = source.discovery?.found { add("discovery of \(name)", failure, .discovery) }
        if let discovery = source.discovery, discovery.hasNothingToPoll {
            lines.append("  discovery of \(name): \(Self.emptiness(of: discovery))")
            lines.append("    -> \(ConnectionRemedies.remedy(forEmpty: discovery))")
        }
        for entry in source.entries {
            guard case .failed(let failure) = entry.outcome else { continue }
            let listing = entry.listing.isOptional ? ", \(entry.listing.name)" : ""
            add(
                "\(name)/\(entry.workspace.key.workspaceID)\(Self.suffix(entry.workspace))\(listing)", failure,
                entry.subject, usesServices: entry.listing.usesServicesURL)
        }
        if case .failure(let failure) = source.quotas?.found { add("quotas of \(name)", failure, .quotas) }
        let skipReasons = source.entries.compactMap { entry -> SourceFindings.SkipReason? in
            if case .skipped(let skipReason) = entry.outcome { skipReason } else { nil }
        }
        if let skipReason = skipReasons.first {
            let why =
                switch skipReason {
                case .credentialRejected: "credential rejected; further attempts could lock the account"
                case .noResponse: "no response"
                }
            lines.append("  \(name): \(Self.counted(Int64(skipReasons.count), "workspace")) skipped: \(why)")
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
        if let warning = ConnectionRemedies(source, environment: environment).clockWarning {
            notes.append("\(name): \(warning).")
        }
        if let discovery = source.discovery, !discovery.excluded.isEmpty, !discovery.hasNothingToPoll {
            notes.append(
                "\(name): excluded by discovery.include and exclude: \(Language.english(Remedy.names(discovery.excluded)))."
            )
        }
        for entry in source.entries {
            guard case .listed(let answer) = entry.outcome else { continue }
            let which = "\(name)/\(entry.workspace.key.workspaceID)\(Self.suffix(entry.workspace))"
            if answer.probe.records == 0 { notes.append("\(which): \(Self.emptiness(answer, entry))") }
            let probe = answer.probe
            if probe.skippedRecords > 0 || probe.malformedFields > 0 {
                notes.append(
                    "\(which): \(Self.counted(Int64(probe.skippedRecords), "record")) without a usable id, "
                        + "\(Self.counted(Int64(probe.malformedFields), "malformed field")) on the first page.")
            }
        }
        if case .success(let list) = source.quotas?.found, list.malformed > 0 || list.dropped > 0 {
            notes.append(
                "\(name): quotas have \(Self.counted(Int64(list.malformed), "unusable value")) and "
                    + "\(Self.counted(Int64(list.dropped), "resource")) beyond metrics.max_label_values; they are not exported."
            )
        }
        let rate = requestsPerMinute(of: source)
        if poll.requestsPerSecond > 0, rate > poll.requestsPerSecond * 60 {
            notes.append(
                "\(name): \(Self.rate(rate)) requests per minute exceed poll.requests_per_second, so polls will be late: "
                    + "raise it or poll.interval, or use shards.")
        }
        return notes
    }

    /// Describes a discovery that succeeded but has no workspaces to poll.
    private static func emptiness(of discovery: SourceFindings.Discovery) -> String {
        guard !discovery.excluded.isEmpty else { return "succeeded, but found 0 workspaces" }
        let found = counted(Int64(discovery.excluded.count), "workspace")
        return "found \(found), all excluded by discovery.include and exclude: "
            + Language.english(Remedy.names(discovery.excluded))
    }

    private static func emptiness(_ answer: SourceFindings.Listed, _ entry: SourceFindings.Entry) -> String {
        let (record, filter) = (entry.listing.record, entry.filter)
        guard entry.listing == EndpointListing.self else { return "the workspace has no \(record)s." }
        guard filter != EndpointFilter() else {
            if entry.workspace.api == .v2 { return "the workspace has no endpoints." }
            return
                "the caller owns no endpoints in the workspace; set filter.visibility: ALL to list those of others too."
        }
        let filtered =
            entry.workspace.api == .v1 && EndpointFilter(visibility: filter.visibility) == filter
            ? "visibility ALL" : "the filter's other keys"
        guard let unfiltered = answer.unfiltered, unfiltered > 0 else { return "the workspace has no \(record)s." }
        return filtered == "visibility ALL"
            ? "the filter matches no endpoints (\(counted(unfiltered, "endpoint")) with visibility ALL)."
            : "the filter matches no endpoints (\(counted(unfiltered, "endpoint")) without it)."
    }

    // MARK: Summary

    private var summary: String {
        let entries = findings.flatMap(\.entries)
        let answers = entries.compactMap { entry -> (entry: SourceFindings.Entry, probe: ListingProbe)? in
            if case .listed(let answer) = entry.outcome { (entry, answer.probe) } else { nil }
        }
        let series =
            answers.reduce(0) { $0 + self.series($1.entry, $1.probe) }
            + findings.reduce(0) { $0 + ($1.quotas?.series ?? 0) }
        let rate = findings.reduce(0) { $0 + requestsPerMinute(of: $1) }
        let exact = answers.allSatisfy(\.probe.isExact) ? "" : "about "
        let workspaces = Set(entries.map(\.workspace.key))
        let failed = Set(entries.filter(\.hasFailed).map(\.workspace.key))
        return
            "\(workspaces.count - failed.count) of \(Self.counted(Int64(workspaces.count), "workspace")) can be listed: "
            + "\(Self.rate(rate)) requests per minute, \(exact)\(Self.counted(Int64(series), "series", plural: "series")) "
            + "in addition to the exporter's own series."
    }

    private func requestsPerMinute(of source: SourceFindings) -> Double {
        var rate = 0.0
        for entry in source.entries {
            guard case .listed(let answer) = entry.outcome else { continue }
            rate += Self.perMinute(entry, answer.probe)
        }
        if let discovery = source.discovery, let interval = source.settings.discovery?.interval {
            rate += Double(discovery.requests) * (.seconds(60) / interval)
        }
        if let quotas = source.quotas { rate += .seconds(60) / quotas.interval }
        return rate
    }

    private static func perMinute(_ entry: SourceFindings.Entry, _ probe: ListingProbe) -> Double {
        Double(probe.requests) * (.seconds(60) / entry.interval)
    }

    // MARK: Formats

    private static func counted(_ count: Int64, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        duration.map { "\(Int(($0 / .milliseconds(1)).rounded())) ms" } ?? "-"
    }

    /// Formats a rate with one decimal unless it is zero.
    private static func rate(_ rate: Double) -> String {
        let tenths = Int((rate * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
    }
}
