// SPDX-License-Identifier: Apache-2.0
internal import Aggregation
internal import FabricModel
internal import StatusReport

/// All that is known of one workspace.
struct WorkspacePage: Page {
    let report: StatusReport
    let status: WorkspaceStatus

    var title: String { status.workspace.name }

    var body: HTML {
        """
        <p><a href="./">All workspaces</a></p>
        \(notes)
        \(facts)
        <section aria-labelledby="endpoints"><h2 id="endpoints">Endpoints</h2>
        \(endpoints)</section>
        <section aria-labelledby="problems"><h2 id="problems">Endpoints with problems</h2>
        \(problems)</section>
        <section aria-labelledby="polls"><h2 id="polls">Last polls</h2>
        \(polls)</section>
        """
    }

    private var notes: HTML {
        if status.isWithdrawn {
            return
                #"<p class="note">Its data grew older than \#(Words.duration(report.staleAfter.components.seconds)) and was withdrawn.</p>"#
        }
        guard let failure = status.polls.first?.failure, let listing = status.listing else { return .nothing }
        return """
            <p class="note">Polling fails (\(failure.reason.rawValue)). What is shown here is \
            \(Words.duration(listing.age.components.seconds)) old.</p>
            """
    }

    private var facts: HTML {
        let workspace = status.workspace
        var facts: [(String, HTML)] = [
            ("State", PageParts.badge(of: status.state, reason: status.polls.first?.failure?.reason)),
            ("Workspace id", "<code>\(workspace.key.workspaceID)</code>"), ("Source", "\(workspace.key.source)"),
        ]
        if let region = workspace.regionID { facts.append(("Region", "\(region)")) }
        facts.append(("API", "<code>\(workspace.baseURL)</code>"))
        if let project = workspace.enterpriseProjectID {
            facts.append(("Enterprise project", "<code>\(project)</code>"))
        }
        facts.append(("Known from", workspace.isDiscovered ? "discovery" : "the configuration"))
        facts.append(
            ("Last complete listing", status.lastSuccess.map { Words.moment($0, now: report.time) } ?? "none yet"))
        let items: [HTML] = facts.map { "<dt>\($0.0)</dt><dd>\($0.1)</dd>\n" }
        return #"<dl class="facts">\#(items)</dl>"#
    }

    private var endpoints: HTML {
        guard let listing = status.listing else { return "<p>Nothing is served at present.</p>" }
        var tiles = [PageParts.tile("Endpoints", Words.number(listing.counts.endpoints))]
        tiles += listing.summary.statuses.map { count in
            let known = EndpointStatus(count.status)
            let kind = known.isFailed ? "bad" : known.isTransitional ? "warn" : ""
            return PageParts.tile(count.status, Words.number(count.endpoints), kind: kind)
        }
        tiles += listing.summary.capacities.map { capacity in
            PageParts.tile(
                "Reserved \(capacity.unit)", Words.number(capacity.reserved),
                "of at most \(Words.number(capacity.maximum))")
        }
        return #"<dl class="tiles">\#(tiles)</dl>\#(oddities(listing))"#
    }

    private func oddities(_ listing: WorkspaceStatus.Listing) -> HTML {
        let counts = listing.counts
        guard counts.skippedRecords > 0 || counts.malformedFields > 0 else { return .nothing }
        return """
            <p class="note">The listing held \(Words.count(counts.skippedRecords, "record")) without an id and \
            \(Words.count(counts.malformedFields, "field")) of a wrong type.</p>
            """
    }

    private var problems: HTML {
        let problems = status.problems
        let dropped = status.listing?.summary.droppedDetails ?? 0
        let note: HTML =
            dropped > 0
            ? #"<p class="quiet">\#(Words.number(dropped)) more are counted but not served one by one (metrics.max_endpoint_details).</p>"#
            : .nothing
        if problems.isEmpty { return "<p>None that are served one by one.</p>\(note)" }
        return "\(PageParts.problems(problems.map { (workspace: nil, detail: $0) }, now: report.time))\(note)"
    }

    private var polls: HTML {
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
