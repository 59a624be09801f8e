// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// The overview of sources and workspaces, failures first.
struct OverviewPage {
    /// The maximum number of rows under "Needs attention"; workspace pages show all endpoints of theirs.
    private static let maximumRows = 25

    private let overview: StatusOverview
    private let query: StatusQuery
    /// The workspaces that the query selects, worst first.
    private let workspaces: [WorkspaceStatus]
    private var report: StatusReport { overview.report }
    private var tiles: OverviewTiles { OverviewTiles(overview: overview, query: query) }

    init(_ overview: StatusOverview, query: StatusQuery) {
        self.overview = overview
        self.query = query
        func rank(_ status: WorkspaceStatus) -> Int {
            switch status.state {
            case .failing: 0
            case .pending: 2
            case .ok: status.counts(at: overview.report.time).attention.isEmpty ? 3 : 1
            }
        }
        let ranked = overview.workspaces.map {
            (rank: rank($0), name: HumanFormat.naturalKey($0.workspace.name), status: $0)
        }
        self.workspaces = ranked.enumerated().sorted { left, right in
            (left.element.rank, left.element.name, left.offset) < (right.element.rank, right.element.name, right.offset)
        }.map(\.element.status)
    }

    var body: HTML {
        """
        \(tiles.state)\(shard)\(tiles.tiles)
        <section aria-labelledby="problems"><h2 id="problems">Needs attention</h2>
        \(needsAttention)</section>
        <section aria-labelledby="workspaces"><h2 id="workspaces">Workspaces</h2>
        \(form)
        \(table)</section>
        <section aria-labelledby="sources"><h2 id="sources">Sources</h2>
        \(sources)</section>
        """
    }

    /// The shard, if there are several.
    private var shard: HTML {
        guard report.shard.total > 1 else { return .empty }
        return """
            <p>Shard \(HumanFormat.number(report.shard.ordinal)) of \(HumanFormat.number(report.shard.total)) (counted from 0). Other shards \
            poll the remaining workspaces.</p>

            """
    }

    private var needsAttention: HTML {
        if overview.needingAttention == 0 {
            guard let missing = tiles.missing else { return "<p>Nothing needs attention.</p>" }
            return "<p>Not known: \(missing).</p>"
        }
        var table = AttentionTable(now: report.time, showsPlace: true)
        for source in overview.unhealthySources.prefix(Self.maximumRows) { table.add(source, in: report) }
        for workspace in overview.workspacesDown.prefix(Self.maximumRows - table.count) { table.add(workspace) }
        let endpoints = workspaces.flatMap { workspace in
            workspace.listings.flatMap { $0.needingAttention(at: report.time) }.map { (workspace, $0) }
        }
        for (workspace, endpoint) in endpoints.sorted(by: { $0.1.precedes($1.1) }).prefix(
            Self.maximumRows - table.count)
        {
            table.add(endpoint.detail, of: workspace)
        }
        let total = overview.needingAttention
        let note: HTML =
            total > table.count
            ? #"<p class="quiet">Showing \#(table.count) of \#(HumanFormat.number(total)).</p>"# : .empty
        let rows = table.count > 0 ? table.html : .empty
        return "\(rows)\(note)"
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
        let since = status.downSince.html {
            "<br>down since \(HumanFormat.absolute($0)) (\(HumanFormat.since($0, now: report.time)))"
        }
        let message = failure.html { #"<br><span class="quiet">\#($0.message)</span>"# }
        let missing: HTML = status.isStale ? PageParts.badge("stale", "bad") : "no data"
        return [
            """
            <a href="\(StatusQuery.address(of: status))">\(workspace.name)</a>\
            <span class="id">\(workspace.key.workspaceID)</span>
            """,
            "\(workspace.key.source)",
            "\(PageParts.badge(of: status.state, reason: failure?.reason))\(since)\(message)",
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
        var table = PageTable(
            "Sources",
            [
                .init("Source", .header), .init("Region"), .init("State", .text), .init("Discovery", .text),
                .init("Workspaces", .number),
            ])
        table.rows = overview.sources.map { source in
            [
                "\(source.status.name)", "\(source.status.region ?? "")",
                "\(PageParts.badge(of: source.health)) \(PageParts.text(of: source, in: report))",
                source.status.discovery.html(discovery), "\(HumanFormat.number(source.workspaces.count))",
            ]
        }
        return table.html
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
