// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Polling

/// All that is known of one workspace.
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
        let (name, title) = (listing.name, Words.title(listing.name))
        return """
            <section aria-labelledby="\(name)"><h2 id="\(name)">\(title)</h2>
            \(records(listing))</section>
            <section aria-labelledby="\(name)-problems"><h2 id="\(name)-problems">\(title) with problems</h2>
            \(problems(listing))</section>
            <section aria-labelledby="\(name)-polls"><h2 id="\(name)-polls">Last polls of \(Words.title(name).lowercased())</h2>
            \(polls(listing))</section>
            """
    }

    private var notes: HTML { HTML(status.listings.map(note), separator: "") }

    private func note(_ listing: ListingStatus) -> HTML {
        if listing.isWithdrawn {
            return """
                <p class="note">The list of \(Words.title(listing.name).lowercased()) grew older than \
                \(Words.duration(report.staleAfter.components.seconds)) and was withdrawn.</p>
                """
        }
        guard let failure = listing.failure, let served = listing.served else { return .nothing }
        return """
            <p class="note">Polling fails (\(failure.reason.rawValue)). What is shown of \
            \(Words.title(listing.name).lowercased()) is \(Words.duration(served.age.components.seconds)) old.</p>
            """
    }

    private var facts: HTML {
        let workspace = status.workspace
        var facts: [(String, HTML)] = [
            ("State", PageParts.badge(of: status.state, reason: status.failure?.reason)),
            ("Workspace id", "<code>\(workspace.key.workspaceID)</code>"), ("Source", "\(workspace.key.source)"),
        ]
        if let region = workspace.regionID { facts.append(("Region", "\(region)")) }
        facts.append(("API", "<code>\(workspace.baseURL)</code>"))
        if let project = workspace.enterpriseProjectID {
            facts.append(("Enterprise project", "<code>\(project)</code>"))
        }
        facts.append(("Known from", workspace.isDiscovered ? "discovery" : "the configuration"))
        facts += status.listings.map { listing in
            (
                "Last list of \(Words.title(listing.name).lowercased())",
                listing.lastSuccess.map { Words.moment($0, now: report.time) } ?? "none yet"
            )
        }
        let items: [HTML] = facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" }
        return #"<dl class="facts">\#(items)</dl>"#
    }

    private func records(_ status: ListingStatus) -> HTML {
        guard let listing = status.served else { return "<p>Nothing is served at present.</p>" }
        var tiles = [PageParts.tile(Words.title(status.name), Words.number(listing.counts.records))]
        tiles += listing.summary.statuses.map { count in
            PageParts.tile(
                count.status, Words.number(count.records), kind: PageParts.kind(of: count.phase))
        }
        tiles += listing.summary.capacities.map { capacity in
            PageParts.tile(
                "Reserved \(capacity.unit)", Words.number(capacity.reserved),
                "of at most \(Words.number(capacity.maximum))")
        }
        return #"<dl class="tiles">\#(tiles)</dl>\#(oddities(listing))"#
    }

    private func oddities(_ listing: ListingStatus.Served) -> HTML {
        let counts = listing.counts
        var notes: [HTML] = []
        if counts.skippedRecords > 0 || counts.malformedFields > 0 {
            notes.append(
                """
                <p class="note">The listing held \(Words.count(counts.skippedRecords, "record")) without a usable id and \
                \(Words.count(counts.malformedFields, "field")) of a wrong type.</p>
                """)
        }
        if counts.cutValues > 0 {
            notes.append(
                """
                <p class="note">\(Words.count(counts.cutValues, "value")) of the listing were longer than their limit and \
                were cut, or exceeded metrics.max_label_values and are shown as "other". The counts stay exact.</p>
                """)
        }
        return HTML(notes, separator: "")
    }

    private func problems(_ listing: ListingStatus) -> HTML {
        let problems = listing.problems
        let dropped = listing.served?.summary.droppedDetails ?? 0
        let note: HTML =
            dropped > 0
            ? #"<p class="quiet">\#(Words.number(dropped)) more are counted but not served one by one (metrics.max_endpoint_details).</p>"#
            : .nothing
        if problems.isEmpty { return "<p>None that are served one by one.</p>\(note)" }
        return "\(PageParts.problems(problems.map { (workspace: nil, detail: $0) }, now: report.time))\(note)"
    }

    private func polls(_ status: ListingStatus) -> HTML {
        if status.polls.isEmpty { return "<p>None has ended yet.</p>" }
        var table = PageTable(
            "Last polls",
            [
                .init("Ended", .when), .init("Outcome"), .init("Took", .number), .init("What was said", .text),
                .init("Request id", .text),
            ])
        table.rows = status.polls.map { poll in
            let failure = poll.failure
            let code = failure?.code.html { "<code>\($0)</code> " } ?? .nothing
            let http = failure?.status.html { "HTTP \($0): " } ?? .nothing
            return [
                Words.moment(poll.endedAt, now: report.time),
                failure.map { PageParts.badge($0.reason.rawValue, "bad") } ?? PageParts.badge("ok", "good"),
                "\(Words.exact(poll.duration))", "\(http)\(code)\(failure.html { "\($0.message)" })",
                failure?.requestID.html { "<code>\($0)</code>" } ?? .nothing,
            ]
        }
        return table.html
    }
}
