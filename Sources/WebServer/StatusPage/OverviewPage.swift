// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// The overview of sources and workspaces, failures first.
struct OverviewPage {
    private let overview: StatusOverview
    private let query: StatusQuery
    private let parts: PageParts
    /// The workspaces that the query selects, in its order.
    private let workspaces: [WorkspaceStatus]

    init(_ overview: StatusOverview, query: StatusQuery, _ parts: PageParts) {
        self.overview = overview
        self.query = query
        self.parts = parts
        workspaces = WorkspaceOrder(withProblems: overview.workspacesWithProblems).sorted(
            overview.workspaces, query.order)
    }

    private var tiles: OverviewTiles { OverviewTiles(overview: overview, query: query, parts: parts) }

    var body: HTML {
        """
        \(tiles.state)\(parts.failedReload)\(tiles.tiles)
        \(parts.section("problems", .needsAttention, needsAttention))
        \(parts.section("workspaces", .workspaces, "\(form)\n\(table)"))
        \(parts.section("sources", .sources, sources))
        """
    }

    private var needsAttention: HTML {
        if overview.needingAttention == 0 {
            return "<p>\(parts(tiles.missing.map { .notKnown($0) } ?? .nothingNeedsAttention))</p>"
        }
        var table = AttentionTable(parts, showsPlace: true)
        for source in overview.unhealthySources.prefix(AttentionTable.maximumRows) { table.add(source) }
        for workspace in overview.workspacesDown.prefix(AttentionTable.maximumRows - table.count) {
            table.add(workspace)
        }
        let withProblems = workspaces.filter { overview.workspacesWithProblems.contains($0.workspace.key) }
        let endpoints = withProblems.flatMap { workspace in
            workspace.listings.filter(\.isEndpoints).flatMap { $0.needingAttention(at: parts.now) }.map {
                (workspace, $0)
            }
        }
        for (workspace, endpoint) in endpoints.sorted(by: { $0.1.precedes($1.1) }).prefix(
            AttentionTable.maximumRows - table.count)
        {
            table.add(endpoint, of: workspace)
        }
        let more = table.remainder(
            of: overview.needingAttention, query.selectingPairs(textName: "workspace"),
            overview.endpointsNeedingAttention)
        return "\(table.count > 0 ? table.html : .empty)\(more)"
    }

    private var form: HTML {
        let states: [(String, Phrase)] = [
            ("failing", .name(of: ListingStatus.State.failing)), ("problems", .needsAttention),
            ("pending", .name(of: ListingStatus.State.pending)), ("ok", .name(of: ListingStatus.State.ok)),
        ]
        let sources = parts.report.sources.map { ($0.name, Phrase($0.name)) }
        return """
            <form method="get" action="./#workspaces" role="search" aria-label="\(parts(.workspaces))">
            <label>\(parts(.nameOrID)) <input type="search" name="q" value="\(echo: query.text)"></label>
            \(parts.select(.state, "state", states, selected: [query.onlyProblems ? "problems" : query.state?.rawValue ?? ""]))
            \(parts.select(.source, "source", sources, selected: query.selection.sources.sorted()))
            \(parts.options.hiddenFields)<button type="submit">\(parts(.filter))</button>
            </form>
            \(endpointsFound)
            """
    }

    /// A link to the endpoints that the text finds, because the text may be that of an endpoint.
    private var endpointsFound: HTML {
        if query.text.isEmpty { return .empty }
        let search = RecordSearch(query.text)
        let found = parts.report.workspaces.reduce(0) { count, workspace in
            count + workspace.exported.reduce(0) { $0 + $1.records.count { $0.matches(search) } }
        }
        if found == 0 { return .empty }
        return "<p>\(parts.link(.endpointsMatch(found), "endpoints", [("q", query.text)]))</p>"
    }

    private var table: HTML {
        if workspaces.isEmpty {
            return "<p>\(parts(parts.report.workspaces.isEmpty ? .noneConfigured : .noneSelected))</p>"
        }
        func column(
            _ title: Phrase, _ kind: PageTable.Column.Kind, _ order: StatusQuery.Order, descending: Bool = false
        ) -> PageTable.Column {
            .init(
                title, kind, link: "\(parts.options.address("", query.pairs(order: order)))#workspaces",
                order: order == query.order && order != .worst ? (descending ? "descending" : "ascending") : nil)
        }
        var table = PageTable(
            .workspaces,
            [
                column(.workspace, .header, .name), column(.source, .plain, .source), column(.polling, .text, .worst),
                column(.dataAge, .when, .age, descending: true),
                column(.records, .number, .endpoints, descending: true), .init(.byStatus),
                .init(.reservedOrConfigured, .when),
            ], in: parts.options.language)
        let pages = PageRange(page: query.page, of: workspaces.count)
        table.rows = workspaces[pages.rows].map(row)
        let pager = parts.pager(pages, .workspaces(workspaces.count)) { page in
            "\(parts.options.address("", query.pairs(page: page)))#workspaces"
        }
        return "\(table.html)\(pager)"
    }

    private func row(_ status: WorkspaceStatus) -> [HTML] {
        let (workspace, failure, served) = (status.workspace, status.failure, status.exported)
        let since = status.downSince.html {
            "<br>\(parts(.downSince(HumanFormat.absolute($0)))) (\(parts.since($0)))"
        }
        let message = failure.html { #"<br><span class="quiet">\#($0.message)</span>"# }
        let missing = status.isStale ? parts.badge(.stale, "bad") : parts(.noData)
        return [
            #"\#(parts.link(to: status))<span class="id">\#(workspace.key.workspaceID)</span>"#,
            "\(workspace.key.source)",
            "\(parts.badge(of: status.state, reason: failure?.reason))\(since)\(message)",
            served.map(\.age).max().map { parts(HumanFormat.duration($0)) } ?? missing,
            HTML(status.listings.map(records), separator: "<br>"),
            HTML(served.map { parts.statuses($0.summary.statuses) }, separator: " "),
            HTML(served.map { parts.capacity($0.summary) }, separator: " "),
        ]
    }

    private func records(_ listing: ListingStatus) -> HTML {
        listing.exported.html { parts(.records($0.counts.records, listing.name)) }
    }

    private var sources: HTML {
        let hasQuotas = overview.sources.contains { $0.status.quotas != nil }
        var table = PageTable(
            .sources,
            [.init(.source, .header), .init(.region), .init(.state, .text), .init(.discovery, .text)]
                + (hasQuotas ? [.init(.quotas, .text)] : [])
                + [.init(.credential, .text), .init(.requests, .number), .init(.workspaces, .number)],
            in: parts.options.language)
        table.rows = overview.sources.map { source in
            let quotas: [HTML] = hasQuotas ? [source.status.quotas.html { QuotaCell(parts).html($0, of: source) }] : []
            return [
                parts.link(to: source.status), "\(source.status.region ?? "")",
                "\(parts.badge(of: source.health)) \(parts.text(of: source))",
                source.status.discovery.html(discovery),
            ] + quotas + [
                credential(source.status.credential), requests(source.status),
                "\(HumanFormat.number(source.workspaces.count))",
            ]
        }
        return table.html
    }

    private func credential(_ credential: SourceStatus.Credential) -> HTML {
        var lines: [HTML] = ["\(credential.kind.rawValue)\(credential.assumesAgency ? ", assume_agency" : "")"]
        if let end = credential.expiresAt {
            lines.append(
                parts(
                    end < parts.now
                        ? .expired(HumanFormat.moment(end, now: parts.now))
                        : .expires(HumanFormat.moment(end, now: parts.now))))
        }
        return HTML(lines, separator: "<br>")
    }

    private func requests(_ source: SourceStatus) -> HTML {
        let sent = HumanFormat.number(source.requestsPerMinute)
        guard let limit = source.requestsPerMinuteLimit else { return "\(sent)" }
        return parts(.limited(sent, HumanFormat.number(Int(limit.rounded()))))
    }

    private func discovery(_ discovery: SourceStatus.Discovery) -> HTML {
        let found = discovery.lastSuccess.html { time in
            let count = discovery.workspaces ?? 0
            var texts = [Phrase.found(count)]
            if let selected = discovery.selected, let excluded = discovery.excluded, excluded > 0 {
                texts += [.selected(selected), .excluded(excluded)]
            }
            return "\(parts(.list(texts))) (\(parts.moment(time)))"
        }
        if let failure = discovery.failure { return "\(parts.badge(.failing(failure), "bad")) \(found)" }
        return discovery.isTried ? found : parts(.name(of: ListingStatus.State.pending))
    }
}
