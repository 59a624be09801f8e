// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// Every source and workspace at a glance, what is wrong first.
struct OverviewPage {
    /// Problems shown; the workspaces' own pages show all of theirs.
    private static let mostProblems = 25

    private let report: StatusReport
    private let query: StatusQuery
    /// Those that the query wants: failing ones first, then those with problems.
    private let workspaces: [WorkspaceStatus]

    init(report: StatusReport, query: StatusQuery, workspaces: [WorkspaceStatus]) {
        self.report = report
        self.query = query
        func rank(_ status: WorkspaceStatus) -> Int {
            switch status.state {
            case .failing: 0
            case .pending: 2
            case .ok: status.hasProblems ? 1 : 3
            }
        }
        let ranked = workspaces.map { (rank: rank($0), status: $0) }
        self.workspaces = ranked.enumerated().sorted { left, right in
            (left.element.rank, left.element.status.workspace.name, left.offset)
                < (right.element.rank, right.element.status.workspace.name, right.offset)
        }.map(\.element.status)
    }

    var body: HTML {
        """
        \(warnings)\(shard)\(tiles)
        <section aria-labelledby="problems"><h2 id="problems">Endpoints with problems</h2>
        \(problems)</section>
        <section aria-labelledby="workspaces"><h2 id="workspaces">Workspaces</h2>
        \(form)
        \(table)</section>
        <section aria-labelledby="sources"><h2 id="sources">Sources</h2>
        \(sources)</section>
        """
    }

    /// Sources that poll nothing although nothing fails: the rest of the page would look as if all was well.
    private var warnings: [HTML] {
        report.sources.compactMap { source in
            report.warning(of: source).map { warning in
                #"<p class="note" role="alert"><strong>Warning:</strong> \#(warning.text(source: source.name)).</p>\#n"#
            }
        }
    }

    /// Said only where there are several: then what is missing here is somewhere else.
    private var shard: HTML {
        guard report.shard.total > 1 else { return .nothing }
        return """
            <p>Shard \(Words.number(report.shard.ordinal)) of \(Words.number(report.shard.total)), counted from 0: the other \
            workspaces are polled by the other shards.</p>

            """
    }

    private var served: [ListingStatus.Served] { workspaces.flatMap(\.served) }

    private var tiles: HTML {
        let failing = workspaces.count { $0.state == .failing }
        let pending = workspaces.count { $0.state == .pending }
        let withdrawn = workspaces.count { $0.isWithdrawn }
        var notes: [String] = []
        if pending > 0 { notes.append("\(Words.number(pending)) not polled yet") }
        if withdrawn > 0 { notes.append("\(Words.number(withdrawn)) without data") }
        return """
            <dl class="tiles">
            \(PageParts.tile("Workspaces", Words.number(workspaces.count), notes.joined(separator: ", "), kind: report.hasWarnings ? "warn" : ""))
            \(PageParts.tile("Failing workspaces", Words.number(failing), kind: failing > 0 ? "bad" : "", link: failing > 0 ? "./?state=failing#workspaces" : nil))
            \(HTML(ListingRegistry.all.map { tiles(of: $0.name) }, separator: "\n"))
            \(capacityTiles)
            </dl>
            """
    }

    /// How many records a list has, and in what phases they are.
    private func tiles(of name: String) -> HTML {
        let served = workspaces.flatMap(\.listings).filter { $0.name == name }.compactMap(\.served)
        func total(_ phase: Phase) -> Int {
            served.flatMap(\.summary.statuses).reduce(0) { $0 + ($1.phase == phase ? $1.records : 0) }
        }
        let (title, records) = (Words.title(name), served.reduce(0) { $0 + $1.counts.records })
        let (failed, moving) = (total(.failed), total(.inTransition))
        return """
            \(PageParts.tile(title, Words.number(records), "\(Words.number(total(.serving))) running"))
            \(PageParts.tile("Failed \(title.lowercased())", Words.number(failed), kind: failed > 0 ? "bad" : ""))
            \(PageParts.tile("\(title) in transition", Words.number(moving), kind: moving > 0 ? "warn" : ""))
            """
    }

    private var capacityTiles: [HTML] {
        ["APU", "DPU", "MU"].compactMap { unit in
            let capacities = served.flatMap(\.summary.capacities).filter { $0.unit == unit }
            if capacities.isEmpty { return nil }
            func sum(_ amount: (ListingSummary.Capacity) -> Int64) -> String {
                Words.number(Int64(clamping: capacities.reduce(Int128(0)) { $0 + Int128(amount($1)) }))
            }
            return PageParts.tile("Reserved \(unit)", sum(\.reserved), "of at most \(sum(\.maximum))")
        }
    }

    private var problems: HTML {
        let all = workspaces.flatMap { status in status.problems.map { (workspace: Optional(status), detail: $0) } }
        let hidden = served.reduce(0) { $0 + $1.summary.droppedDetails }
        if report.workspaces.isEmpty { return "<p>Unknown: no workspace is polled.</p>" }
        if all.isEmpty {
            return "<p>None that are served one by one.</p>"
        }
        let shown = all.sorted { $0.detail.outranks($1.detail) }.prefix(Self.mostProblems)
        let more = all.count - shown.count + hidden
        let note: HTML =
            more > 0
            ? #"<p class="quiet">The worst \#(shown.count); \#(Words.number(more)) more are on the workspaces' own pages or only counted.</p>"#
            : .nothing
        return "\(PageParts.problems(Array(shown), now: report.time))\(note)"
    }

    private var form: HTML {
        let sources: [HTML] = report.sources.map { source in
            let isChosen = query.selection.sources.contains(source.name)
            return #"<option value="\#(source.name)"\#(isChosen ? " selected" : HTML.nothing)>\#(source.name)</option>"#
        }
        let chosen = query.onlyProblems ? "problems" : query.state?.rawValue ?? ""
        let states: [HTML] = [
            ("", "any"), ("failing", "failing"), ("problems", "with problems"), ("pending", "not polled yet"),
            ("ok", "ok"),
        ].map { value, text in
            #"<option value="\#(value)"\#(value == chosen ? " selected" : HTML.nothing)>\#(text)</option>"#
        }
        return """
            <form method="get" action="./#workspaces" role="search" aria-label="Workspaces">
            <label>Name or id <input type="search" name="q" value="\(echo: query.text)"></label>
            <label>State <select name="state">\(states)</select></label>
            <label>Source <select name="source"><option value="">any</option>\(sources)</select></label>
            <button type="submit">Show</button>
            </form>
            """
    }

    private var table: HTML {
        if workspaces.isEmpty {
            return report.workspaces.isEmpty ? "<p>No workspace is polled.</p>" : "<p>No workspace matches.</p>"
        }
        let last = (workspaces.count - 1) / StatusQuery.pageSize + 1
        let page = min(max(1, query.page), last)
        var table = PageTable(
            "Workspaces",
            [
                .init("Workspace", .header), .init("Source"), .init("Polls", .text), .init("Data", .when),
                .init("Records", .number), .init("By status"), .init("Reserved", .when),
            ])
        table.rows = workspaces.dropFirst((page - 1) * StatusQuery.pageSize).prefix(StatusQuery.pageSize).map(row)
        guard last > 1 else { return table.html }
        let before: HTML =
            page > 1
            ? #"<a rel="prev" href="\#(echo: query.address(page: page - 1))#workspaces">Previous</a>"# : .nothing
        let after: HTML =
            page < last
            ? #"<a rel="next" href="\#(echo: query.address(page: page + 1))#workspaces">Next</a>"# : .nothing
        return """
            \(table.html)
            <nav class="pages" aria-label="Pages">\(before)<span>Page \(page) of \(last), \
            \(Words.count(workspaces.count, "workspace"))</span>\(after)</nav>
            """
    }

    private func row(_ status: WorkspaceStatus) -> [HTML] {
        let (workspace, failure, served) = (status.workspace, status.failure, status.served)
        let message = failure.html { #"<br><span class="quiet">\#($0.message)</span>"# }
        let missing: HTML = status.isWithdrawn ? PageParts.badge("too old, withdrawn", "bad") : "none yet"
        return [
            """
            <a href="\(StatusQuery.address(of: status))">\(workspace.name)</a>\
            <span class="id">\(workspace.key.workspaceID)</span>
            """,
            "\(workspace.key.source)", "\(PageParts.badge(of: status.state, reason: failure?.reason))\(message)",
            served.map(\.age).max().map { "\(Words.duration($0.components.seconds)) old" } ?? missing,
            HTML(status.listings.map(records), separator: "<br>"),
            HTML(served.map { PageParts.badges(of: $0.summary.statuses) }, separator: " "),
            HTML(served.map { PageParts.capacity($0.summary.capacities) }, separator: " "),
        ]
    }

    private func records(_ listing: ListingStatus) -> HTML {
        listing.served.html { "\(Words.number($0.counts.records)) \(Words.title(listing.name).lowercased())" }
    }

    private var sources: HTML {
        let counts = Dictionary(grouping: report.workspaces, by: \.workspace.key.source).mapValues(\.count)
        var table = PageTable(
            "Sources",
            [
                .init("Source", .header), .init("Region"), .init("State", .text), .init("Discovery", .text),
                .init("Workspaces", .number),
            ])
        table.rows = report.sources.map { source in
            let workspaces = counts[source.name] ?? 0
            return [
                "\(source.name)", "\(source.region ?? "")",
                blindness(of: source, workspaces: workspaces) ?? state(of: source), source.discovery.html(discovery),
                "\(Words.number(workspaces))",
            ]
        }
        return table.html
    }

    private func state(of source: SourceStatus) -> HTML {
        if let probe = source.nextProbe {
            return
                "\(PageParts.badge("locked out", "bad")) credential refused; tested again \(Words.moment(probe, now: report.time))"
        }
        if source.isThrottled { return PageParts.badge("throttled", "warn") }
        if let round = source.round {
            return """
                \(PageParts.badge("overloaded", "warn")) workspaces take turns: each is polled every \
                \(Words.duration(round.components.seconds)), not every \(Words.duration(report.interval.components.seconds))
                """
        }
        return PageParts.badge("ok", "good")
    }

    /// The state of a source that polls nothing, or nothing of what it should discover; nil if it polls what it should or
    /// has a more important state.
    private func blindness(of source: SourceStatus, workspaces: Int) -> HTML? {
        guard source.nextProbe == nil, !source.isThrottled else { return nil }
        if report.warning(of: source) != nil {
            return workspaces == 0
                ? PageParts.badge("polls nothing", "bad") : PageParts.badge("discovers nothing", "warn")
        }
        let isWaiting = workspaces == 0 && source.discovery?.isTried == false
        return isWaiting ? PageParts.badge("not discovered yet") : nil
    }

    private func discovery(_ discovery: SourceStatus.Discovery) -> HTML {
        let found = discovery.lastSuccess.html { time in
            "found \(Words.count(discovery.workspaces ?? 0, "workspace"))\(leftOut(discovery)) \(Words.moment(time, now: report.time))"
        }
        if let failure = discovery.failure {
            return "\(PageParts.badge("failing: \(failure.rawValue)", "bad")) \(found)"
        }
        return discovery.isTried ? found : "not tried yet"
    }

    /// How many of the workspaces found are polled, where that is not all of them.
    private func leftOut(_ discovery: SourceStatus.Discovery) -> String {
        guard let found = discovery.workspaces, let selected = discovery.selected, selected != found else { return "" }
        return " (\(Words.number(selected)) to poll)"
    }
}
