// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Polling

/// The page of a workspace.
struct WorkspacePage {
    let report: StatusReport
    let status: WorkspaceStatus

    var body: HTML {
        """
        <p><a href="./">All workspaces</a></p>
        \(notes)
        \(facts)
        \(HTML(status.listings.map(sections), separator: "\n"))
        """
    }

    private func sections(_ listing: ListingStatus) -> HTML {
        let (name, title) = (listing.name, HumanFormat.title(listing.name))
        return """
            <section aria-labelledby="\(name)"><h2 id="\(name)">\(title)</h2>
            \(records(listing))</section>
            <section aria-labelledby="\(name)-problems"><h2 id="\(name)-problems">\(title) that need attention</h2>
            \(problems(listing))</section>
            <section aria-labelledby="\(name)-polls"><h2 id="\(name)-polls">Recent polls of \(HumanFormat.title(name).lowercased())</h2>
            \(polls(listing))</section>
            """
    }

    private var notes: HTML { HTML(status.listings.map(note), separator: "") }

    private func note(_ listing: ListingStatus) -> HTML {
        if listing.isStale {
            return """
                <p class="note">\(HumanFormat.title(listing.name)): data is stale (older than \
                \(HumanFormat.duration(report.staleAfter.components.seconds))) and no longer exported.</p>
                """
        }
        guard let failure = listing.failure, let served = listing.exported else { return .empty }
        return """
            <p class="note">\(HumanFormat.title(listing.name)): the last poll failed (\(failure.reason.rawValue)). The data shown \
            is \(HumanFormat.duration(served.age.components.seconds)) old.</p>
            """
    }

    private var facts: HTML {
        let workspace = status.workspace
        var facts: [(String, HTML)] = [
            ("State", PageParts.badge(of: status.state, reason: status.failure?.reason)),
            ("Workspace ID", "<code>\(workspace.key.workspaceID)</code>"), ("Source", "\(workspace.key.source)"),
        ]
        if let since = status.downSince {
            facts.insert(
                ("Down since", "\(HumanFormat.absolute(since)) (\(HumanFormat.since(since, now: report.time)))"), at: 1)
        }
        if let region = workspace.regionID { facts.append(("Region", "\(region)")) }
        facts.append(("API", "<code>\(workspace.baseURL)</code>"))
        if let project = workspace.enterpriseProjectID {
            facts.append(("Enterprise project", "<code>\(project)</code>"))
        }
        facts.append(("Source of configuration", workspace.isDiscovered ? "discovery" : "static"))
        facts += status.listings.map { listing in
            (
                "Last listing of \(HumanFormat.title(listing.name).lowercased())",
                listing.lastSuccess.map { HumanFormat.moment($0, now: report.time) } ?? "none"
            )
        }
        let items: [HTML] = facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" }
        return #"<dl class="facts">\#(items)</dl>"#
    }

    private func records(_ status: ListingStatus) -> HTML {
        guard let listing = status.exported else { return "<p>No data.</p>" }
        var tiles = [PageParts.tile(HumanFormat.title(status.name), HumanFormat.number(listing.counts.records))]
        tiles += listing.summary.statuses.map { count in
            PageParts.tile(
                count.status, HumanFormat.number(count.records), kind: PageParts.kind(of: count.phase))
        }
        tiles += listing.summary.capacities.map { capacity in
            PageParts.tile(
                "Reserved \(capacity.unit)", HumanFormat.number(capacity.reserved),
                "max \(HumanFormat.number(capacity.maximum))")
        }
        return #"<dl class="tiles">\#(tiles)</dl>\#(dataQuality(listing))"#
    }

    private func dataQuality(_ listing: ListingStatus.ExportedData) -> HTML {
        let counts = listing.counts
        var notes: [HTML] = []
        if counts.skippedRecords > 0 || counts.malformedFields > 0 {
            notes.append(
                """
                <p class="note">The listing has \(HumanFormat.count(counts.skippedRecords, "record")) without a valid ID and \
                \(HumanFormat.count(counts.malformedFields, "field")) of the wrong type.</p>
                """)
        }
        if counts.cutValues > 0 {
            notes.append(
                """
                <p class="note">\(HumanFormat.count(counts.cutValues, "value")) truncated because of their length, or shown as \
                "other" because of metrics.max_label_values. Counts are exact.</p>
                """)
        }
        return HTML(notes, separator: "")
    }

    private func problems(_ listing: ListingStatus) -> HTML {
        guard listing.exported != nil else { return "<p>No data.</p>" }
        var table = AttentionTable(now: report.time, showsPlace: false)
        for endpoint in listing.needingAttention(at: report.time) { table.add(endpoint.detail, of: status) }
        return table.count == 0 ? "<p>Nothing needs attention.</p>" : table.html
    }

    private func polls(_ status: ListingStatus) -> HTML {
        if status.polls.isEmpty { return "<p>No completed polls yet.</p>" }
        var table = PageTable(
            "Recent polls",
            [
                .init("Ended", .when), .init("Result"), .init("Duration", .number), .init("Message", .text),
                .init("Request ID", .text),
            ])
        table.rows = status.polls.map { poll in
            let failure = poll.failure
            let code = failure?.code.html { "<code>\($0)</code> " } ?? .empty
            let http = failure?.status.html { "HTTP \($0): " } ?? .empty
            return [
                HumanFormat.moment(poll.endedAt, now: report.time),
                failure.map { PageParts.badge($0.reason.rawValue, "bad") } ?? PageParts.badge("ok", "good"),
                "\(HumanFormat.exact(poll.duration))", "\(http)\(code)\(failure.html { "\($0.message)" })",
                failure?.requestID.html { "<code>\($0)</code>" } ?? .empty,
            ]
        }
        return table.html
    }
}
