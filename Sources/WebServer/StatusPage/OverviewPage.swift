// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// The overview of sources and workspaces, failures first.
struct OverviewPage {
    /// The maximum number of endpoints shown under "Needs attention"; workspace pages show all of theirs.
    private static let maximumProblems = 25

    private let report: StatusReport
    private let query: StatusQuery
    /// The workspaces that the query selects: failing ones first, then those that need attention.
    private let workspaces: [WorkspaceStatus]

    init(report: StatusReport, query: StatusQuery, workspaces: [WorkspaceStatus]) {
        self.report = report
        self.query = query
        func rank(_ status: WorkspaceStatus) -> Int {
            switch status.state {
            case .failing: 0
            case .pending: 2
            case .ok: status.needsAttention ? 1 : 3
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
        <section aria-labelledby="problems"><h2 id="problems">Needs attention</h2>
        \(problems)</section>
        <section aria-labelledby="workspaces"><h2 id="workspaces">Workspaces</h2>
        \(form)
        \(table)</section>
        <section aria-labelledby="sources"><h2 id="sources">Sources</h2>
        \(sources)</section>
        """
    }

    /// The warnings about sources without polled workspaces, which would otherwise look healthy.
    private var warnings: [HTML] {
        report.sources.compactMap { source in
            report.warning(of: source).map { warning in
                #"<p class="note" role="alert"><strong>Warning:</strong> \#(warning.text(source: source.name)).</p>\#n"#
            }
        }
    }

    /// The shard, if there are several.
    private var shard: HTML {
        guard report.shard.total > 1 else { return .empty }
        return """
            <p>Shard \(HumanFormat.number(report.shard.ordinal)) of \(HumanFormat.number(report.shard.total)) (counted from 0). Other shards \
            poll the remaining workspaces.</p>

            """
    }

    private var served: [ListingStatus.ExportedData] { workspaces.flatMap(\.exported) }

    private var tiles: HTML {
        let failing = workspaces.count { $0.state == .failing }
        let pending = workspaces.count { $0.state == .pending }
        let stale = workspaces.count { $0.isStale }
        var notes: [String] = []
        if pending > 0 { notes.append("\(HumanFormat.number(pending)) pending") }
        if stale > 0 { notes.append("\(HumanFormat.number(stale)) stale") }
        return """
            <dl class="tiles">
            \(PageParts.tile("Workspaces", HumanFormat.number(workspaces.count), notes.joined(separator: ", "), kind: report.hasWarnings ? "warn" : ""))
            \(PageParts.tile("Failing workspaces", HumanFormat.number(failing), kind: failing > 0 ? "bad" : "", link: failing > 0 ? "./?state=failing#workspaces" : nil))
            \(HTML(ListingRegistry.all.map { tiles(of: $0.name) }, separator: "\n"))
            \(capacityTiles)
            </dl>
            """
    }

    /// The tiles with the number of records in a list, in total and by phase.
    private func tiles(of name: String) -> HTML {
        let served = workspaces.flatMap(\.listings).filter { $0.name == name }.compactMap(\.exported)
        func total(_ phase: Phase) -> Int {
            served.flatMap(\.summary.statuses).reduce(0) { $0 + ($1.phase == phase ? $1.records : 0) }
        }
        let (title, records) = (HumanFormat.title(name), served.reduce(0) { $0 + $1.counts.records })
        let (failed, moving) = (total(.failed), total(.inTransition))
        return """
            \(PageParts.tile(title, HumanFormat.number(records), "\(HumanFormat.number(total(.serving))) running"))
            \(PageParts.tile("Failed \(title.lowercased())", HumanFormat.number(failed), kind: failed > 0 ? "bad" : ""))
            \(PageParts.tile("\(title) in transition", HumanFormat.number(moving), kind: moving > 0 ? "warn" : ""))
            """
    }

    private var capacityTiles: [HTML] {
        ["APU", "DPU", "MU"].compactMap { unit in
            let capacities = served.flatMap(\.summary.capacities).filter { $0.unit == unit }
            if capacities.isEmpty { return nil }
            func sum(_ amount: (ListingSummary.Capacity) -> Int64) -> String {
                HumanFormat.number(Int64(clamping: capacities.reduce(Int128(0)) { $0 + Int128(amount($1)) }))
            }
            return PageParts.tile("Reserved \(unit)", sum(\.reserved), "max \(sum(\.maximum))")
        }
    }

    private var problems: HTML {
        let all = workspaces.flatMap { status in
            status.recordsNeedingAttention.map { (workspace: Optional(status), detail: $0) }
        }
        let hidden = served.reduce(0) { $0 + $1.summary.droppedDetails }
        if report.workspaces.isEmpty { return "<p>No data.</p>" }
        if all.isEmpty { return "<p>Nothing needs attention.</p>" }
        let shown = all.sorted { $0.detail.outranks($1.detail) }.prefix(Self.maximumProblems)
        let total = all.count + hidden
        let note: HTML =
            total > shown.count
            ? #"<p class="quiet">Showing \#(shown.count) of \#(HumanFormat.number(total)).</p>"# : .empty
        return "\(PageParts.problems(Array(shown), now: report.time))\(note)"
    }

    private var form: HTML {
        let sources: [HTML] = report.sources.map { source in
            let isSelected = query.selection.sources.contains(source.name)
            return #"<option value="\#(source.name)"\#(isSelected ? " selected" : HTML.empty)>\#(source.name)</option>"#
        }
        let selected = query.onlyProblems ? "problems" : query.state?.rawValue ?? ""
        let states: [HTML] = [
            ("", "any"), ("failing", "failing"), ("problems", "needs attention"), ("pending", "pending"), ("ok", "ok"),
        ].map { value, text in
            #"<option value="\#(value)"\#(value == selected ? " selected" : HTML.empty)>\#(text)</option>"#
        }
        return """
            <form method="get" action="./#workspaces" role="search" aria-label="Workspaces">
            <label>Name or ID <input type="search" name="q" value="\(echo: query.text)"></label>
            <label>State <select name="state">\(states)</select></label>
            <label>Source <select name="source"><option value="">any</option>\(sources)</select></label>
            <button type="submit">Filter</button>
            </form>
            """
    }

    private var table: HTML {
        if workspaces.isEmpty {
            return report.workspaces.isEmpty
                ? "<p>No workspaces configured or discovered.</p>" : "<p>No workspaces match the filter.</p>"
        }
        let last = (workspaces.count - 1) / StatusQuery.pageSize + 1
        let page = min(max(1, query.page), last)
        var table = PageTable(
            "Workspaces",
            [
                .init("Workspace", .header), .init("Source"), .init("Health", .text), .init("Data age", .when),
                .init("Records", .number), .init("By status"), .init("Reserved", .when),
            ])
        table.rows = workspaces.dropFirst((page - 1) * StatusQuery.pageSize).prefix(StatusQuery.pageSize).map(row)
        guard last > 1 else { return table.html }
        let before: HTML =
            page > 1
            ? #"<a rel="prev" href="\#(echo: query.address(page: page - 1))#workspaces">Previous</a>"# : .empty
        let after: HTML =
            page < last
            ? #"<a rel="next" href="\#(echo: query.address(page: page + 1))#workspaces">Next</a>"# : .empty
        return """
            \(table.html)
            <nav class="pages" aria-label="Pages">\(before)<span>Page \(page) of \(last), \
            \(HumanFormat.count(workspaces.count, "workspace"))</span>\(after)</nav>
            """
    }

    private func row(_ status: WorkspaceStatus) -> [HTML] {
        let (workspace, failure, served) = (status.workspace, status.failure, status.exported)
        let message = failure.html { #"<br><span class="quiet">\#($0.message)</span>"# }
        let missing: HTML = status.isStale ? PageParts.badge("stale", "bad") : "no data"
        return [
            """
            <a href="\(StatusQuery.address(of: status))">\(workspace.name)</a>\
            <span class="id">\(workspace.key.workspaceID)</span>
            """,
            "\(workspace.key.source)", "\(PageParts.badge(of: status.state, reason: failure?.reason))\(message)",
            served.map(\.age).max().map { "\(HumanFormat.duration($0.components.seconds))" } ?? missing,
            HTML(status.listings.map(records), separator: "<br>"),
            HTML(served.map { PageParts.badges(of: $0.summary.statuses) }, separator: " "),
            HTML(served.map { PageParts.capacity($0.summary.capacities) }, separator: " "),
        ]
    }

    private func records(_ listing: ListingStatus) -> HTML {
        listing.exported.html {
            "\(HumanFormat.number($0.counts.records)) \(HumanFormat.title(listing.name).lowercased())"
        }
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
                coverage(of: source, workspaces: workspaces) ?? state(of: source), source.discovery.html(discovery),
                "\(HumanFormat.number(workspaces))",
            ]
        }
        return table.html
    }

    private func state(of source: SourceStatus) -> HTML {
        if let probe = source.nextProbe {
            return
                "\(PageParts.badge("locked out", "bad")) credential rejected; next probe \(HumanFormat.moment(probe, now: report.time))"
        }
        if source.isThrottled { return PageParts.badge("throttled", "warn") }
        if let round = source.round {
            return """
                \(PageParts.badge("overloaded", "warn")) each workspace is polled every \
                \(HumanFormat.duration(round.components.seconds)) instead of \(HumanFormat.duration(report.interval.components.seconds))
                """
        }
        return PageParts.badge("ok", "good")
    }

    /// The state of a source that polls no workspaces or discovers none; nil for other sources, and for those with a
    /// more important state.
    private func coverage(of source: SourceStatus, workspaces: Int) -> HTML? {
        guard source.nextProbe == nil, !source.isThrottled else { return nil }
        if report.warning(of: source) != nil {
            return workspaces == 0
                ? PageParts.badge("no workspaces", "bad") : PageParts.badge("none discovered", "warn")
        }
        let isPending = workspaces == 0 && source.discovery?.isTried == false
        return isPending ? PageParts.badge("discovery pending") : nil
    }

    private func discovery(_ discovery: SourceStatus.Discovery) -> HTML {
        let found = discovery.lastSuccess.html { time in
            "found \(HumanFormat.count(discovery.workspaces ?? 0, "workspace"))\(selected(discovery)) \(HumanFormat.moment(time, now: report.time))"
        }
        if let failure = discovery.failure {
            return "\(PageParts.badge("failing: \(failure.rawValue)", "bad")) \(found)"
        }
        return discovery.isTried ? found : "pending"
    }

    /// The number of selected workspaces, if not all are selected.
    private func selected(_ discovery: SourceStatus.Discovery) -> String {
        guard let found = discovery.workspaces, let selected = discovery.selected, selected != found else { return "" }
        return " (\(HumanFormat.number(selected)) selected)"
    }
}
