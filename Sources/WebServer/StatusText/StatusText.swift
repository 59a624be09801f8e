// SPDX-License-Identifier: Apache-2.0
public import Base
internal import Fabric
internal import Listings
internal import Polling

/// The status page of an exporter for a terminal, made of its status JSON.
public struct StatusText {
    /// The maximum number of rows under "Needs attention", as on the page.
    static let maximumProblems = 25
    /// The maximum number of rows under "Workspaces", as on a page of the status page.
    static let maximumWorkspaces = 100

    let document: StatusDocument
    let language: Language
    /// The width of the terminal; nil for any.
    let columns: Int?

    /// Reads the response of `/api/v1/status`.
    /// - Parameters:
    ///   - columns: the width of the terminal, at least 40; nil if lines may have any length.
    /// - Throws: ``StatusTextError`` if `json` is not the status of an exporter.
    public init(json: [UInt8], language: Language, columns: Int?) throws(StatusTextError) {
        document = try StatusDocument(json: json)
        self.language = language
        self.columns = columns
    }

    /// The lines, without secrets and control characters.
    public var lines: [String] {
        [wrapped(state), facts, failedReload, [""], tiles].flatMap { $0 }
            + section(.needsAttention, needsAttention) + section(.workspaces, workspaces)
            + section(.sources, sources)
    }

    var now: Timestamp { document.time.time }
    private var total: Int { document.workspaces.count }
    private var withData: Int { total - document.needsAttention.workspacesWithoutData }

    /// Whether a row has all its texts in columns, for programs that read line by line. On a terminal the long ones are
    /// under their row, because a truncated ID or error code is of no use.
    var isWide: Bool { columns == nil }

    func callAsFunction(_ phrase: Phrase) -> String { language(phrase) }

    /// Returns a text with its title before it.
    func titled(_ title: Phrase, _ text: Phrase) -> String {
        self(title) + self(.colon) + (language == .english ? " " : "") + self(text)
    }

    private func section(_ title: Phrase, _ lines: [String]) -> [String] { ["", self(title)] + lines }

    private func wrapped(_ text: String) -> [String] {
        TerminalText.wrapped(TerminalText.printable(text), to: columns)
    }

    // MARK: State and header

    /// The missing data; nil if all workspaces have data.
    private var missing: Phrase? {
        if total == 0 { return .noWorkspaces }
        return withData == total ? nil : .noData(from: total - withData, of: total)
    }

    /// The overall state with numbers.
    private var state: String {
        let attention = document.needsAttention
        func line(_ state: Phrase, _ text: Phrase) -> String { titled(state, text) + self(.stop) }
        switch StatusOverview.State(rawValue: document.state) {
        case .attention:
            let text = Phrase.needsAttention(
                reloadFailed: document.reload?.failedAt != nil, sources: attention.sources,
                workspacesDown: attention.workspaces, endpoints: endpointsNeedingAttention, missing: missing)
            return line(.needsAttention, text)
        case .ok: return line(.ok, .nothingNeedsAttention(in: .workspaces(total)))
        case .unknown: return line(.unknown, missing ?? .none)
        case nil: return line(.unknown, Phrase(document.state))
        }
    }

    private var endpointsNeedingAttention: Int {
        document.needsAttention.endpoints.values.reduce(0) { $0.addingReportingOverflow($1 ?? 0).partialValue }
    }

    private var facts: [String] {
        var facts = [Phrase(document.version), .asOf(HumanFormat.absolute(now))]
        if let start = document.startedAt { facts.append(.uptime(HumanFormat.since(start.time, now: now))) }
        facts.append(.sources(document.sources.count))
        if let interval = document.poll?.intervalSeconds { facts.append(.polls(every: duration(interval))) }
        if let loaded = document.reload?.loadedAt { facts.append(.loaded(HumanFormat.moment(loaded.time, now: now))) }
        if let shard = document.shard.flatMap({ Shard(ordinal: $0.ordinal, total: $0.total) }), shard.total > 1 {
            facts.append(.shard(shard))
        }
        return wrapped(facts.map { self($0) }.joined(separator: " · "))
    }

    private var failedReload: [String] {
        guard let failedAt = document.reload?.failedAt else { return [] }
        let errors = (document.reload?.error ?? "").split(separator: "\n").flatMap { line in
            TerminalText.wrapped(TerminalText.printable(String(line)), to: columns.map { $0 - 2 }).map { "  \($0)" }
        }
        return wrapped(self(.reloadFailed(HumanFormat.moment(failedAt.time, now: now)))) + errors
    }

    // MARK: Tiles

    private var tiles: [String] {
        var table = TerminalTable([.text(""), .number(""), .text("")])
        func add(_ title: Phrase, _ text: String?, _ notes: [Phrase]) {
            guard withData > 0, let text else {
                return table.add([self(title), "–", missing.map { self($0) } ?? ""])
            }
            let counted: [Phrase] = withData < total ? [.from(withData, of: total)] : []
            table.add([self(title), text, self(.list(notes + counted))])
        }
        func add(_ title: Phrase, _ number: Int?, _ notes: [Phrase] = []) {
            add(title, number.map { HumanFormat.number($0) }, notes)
        }
        let attention = document.needsAttention.endpoints
        func count(_ group: Attention) -> Int? { attention[group.rawValue] ?? nil }
        addWorkspacesDown(to: &table)
        add(.name(of: .failed), count(.failed))
        add(
            .name(of: .stuck), count(.stuck), [.longerThan(HumanFormat.duration(Attention.stuckAfterSeconds))])
        add(.name(of: .suspended), count(.suspended))
        let endpoints = document.endpoints
        add(.withErrorCode, endpoints?.withErrorCode)
        add(.inTransition, endpoints?.inTransition)
        add(.endpoints, endpoints?.records, endpoints.map { [.running($0.running)] } ?? [])
        for capacity in endpoints?.capacity ?? [] {
            add(
                .reserved(capacity.unit), Int(capacity.reserved), [.maximum(HumanFormat.number(capacity.maximum))])
        }
        for resource in endpoints?.resources ?? [] {
            add(
                .configured(resource.resource), HumanFormat.range(resource.minimum, resource.maximum),
                [.minimumAndMaximum])
        }
        return table.lines(columns: columns)
    }

    private func addWorkspacesDown(to table: inout TerminalTable) {
        let pending = document.workspaces.count { $0.state == ListingStatus.State.pending.rawValue }
        guard pending < total else {
            let reason: Phrase = total == 0 ? .noWorkspaces : .pending(pending, of: .workspaces(total))
            return table.add([self(.workspacesDown), "–", self(reason)])
        }
        let stale = document.workspaces.count { $0.listings.contains { $0.isStale == true } }
        var notes: [Phrase] = [.of(.workspaces(total))]
        if pending > 0 { notes.append(.pending(pending)) }
        if stale > 0 { notes.append(.stale(stale)) }
        table.add([
            self(.workspacesDown), HumanFormat.number(document.needsAttention.workspaces), self(.list(notes)),
        ])
    }

    // MARK: Lists

    private var needsAttention: [String] {
        let attention = document.needsAttention
        let total = [attention.sources, attention.workspaces, endpointsNeedingAttention].reduce(0) {
            $0.addingReportingOverflow($1).partialValue
        }
        let table = AttentionText(self)
        if table.count == 0, total == 0 {
            return wrapped(self(missing.map { .notKnown($0) } ?? .nothingNeedsAttention))
        }
        let more = total > table.count ? [self(.showing(table.count, of: total))] : []
        return (table.count > 0 ? table.lines : []) + more
    }

    /// Returns a duration that another process gives in seconds.
    func duration(_ seconds: Double) -> Phrase {
        HumanFormat.duration(Int64(exactly: seconds.rounded(.towardZero)) ?? (seconds > 0 ? .max : 0))
    }
}
