// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The page of a workspace.
struct WorkspacePage {
    let status: WorkspaceStatus
    let parts: PageParts
    /// Which page of which list of records is shown. The other lists begin with their first page.
    let query: StatusQuery

    var body: HTML {
        """
        \(state)<p>\(parts.link(.allWorkspaces))</p>
        \(HTML(status.listings.map(note)))
        \(facts)
        \(HTML(status.listings.map(sections), separator: "\n"))
        """
    }

    /// The state of the workspace and its source in one line.
    private var state: HTML {
        let key = status.workspace.key
        let overview = StatusOverview(parts.report, workspaces: [status], sourceNames: [key.source])
        return OverviewTiles(overview: overview, query: StatusQuery(of: status), parts: parts).state
    }

    private func sections(_ listing: ListingStatus) -> HTML {
        let name = listing.name
        var sections = [parts.section(name, .listing(name), records(listing))]
        if listing.hasRecords {
            sections.append(parts.section("\(name)-problems", .needingAttention(name), problems(listing)))
        }
        sections.append(parts.section("\(name)-polls", .polls(name), polls(listing)))
        if listing.hasRecords { sections.append(parts.section("\(name)-all", .all(name), all(listing))) }
        return HTML(sections, separator: "\n")
    }

    private func note(_ listing: ListingStatus) -> HTML {
        let text: Phrase
        if listing.isStale {
            let staleAfter = listing.staleAfter ?? parts.report.staleAfter
            text = .isStale(listing.name, after: HumanFormat.duration(staleAfter))
        } else if let failure = listing.failure, let served = listing.exported {
            text = .lastPollFailed(listing.name, failure.reason, age: HumanFormat.duration(served.age))
        } else {
            return .empty
        }
        return #"<p class="note">\#(parts(text))</p>\#n"#
    }

    private var facts: HTML {
        let workspace = status.workspace
        var facts: [(Phrase, HTML)] = [(.polling, parts.badge(of: status.state, reason: status.failure?.reason))]
        if let since = status.downSince {
            facts.append((.downSinceTitle, "\(HumanFormat.absolute(since)) (\(parts.since(since)))"))
        }
        facts += [(.workspaceID, "<code>\(workspace.key.workspaceID)</code>"), (.source, "\(workspace.key.source)")]
        if let region = workspace.regionID { facts.append((.region, "\(region)")) }
        facts.append((.api, "<code>\(workspace.baseURL)</code>"))
        if let project = workspace.enterpriseProjectID {
            facts.append((.enterpriseProject, "<code>\(project)</code>"))
        }
        facts.append((.origin, parts(workspace.isDiscovered ? .discovered : .configured)))
        if !workspace.infoLabels.isEmpty {
            let labels = workspace.infoLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            facts.append((.labels, "\(labels.joined(separator: ", "))"))
        }
        facts += status.listings.map { listing in
            (.lastListing(listing.name), listing.lastSuccess.map { parts.moment($0) } ?? parts(.none))
        }
        if let console = CloudConsole.link(to: workspace) {
            facts.append((.console, #"<a href="\#(console)" rel="noreferrer">\#(console)</a>"#))
        }
        let items: [HTML] = facts.map { "<dt>\(parts($0.0))</dt><dd>\($0.1)</dd>\n" }
        return #"<dl class="facts">\#(items)</dl>"#
    }

    private func records(_ status: ListingStatus) -> HTML {
        guard let listing = status.exported else { return "<p>\(parts(.noDataYet))</p>" }
        var tiles = [parts.tile(.listing(status.name), HumanFormat.number(listing.counts.records))]
        // Public endpoints may belong to other tenants and need no attention.
        var others: [String: Int] = [:]
        for row in listing.records where !row.isPrivate { others[row.status, default: 0] += 1 }
        tiles += listing.summary.statuses.map { count in
            let (publicOnes, isSevere) = (others[count.status], others[count.status] != count.records)
            return parts.tile(
                Phrase(count.status), HumanFormat.number(count.records), publicOnes.map { .publicOnes($0) },
                kind: isSevere ? PageParts.kind(of: count.phase) : "")
        }
        tiles += listing.summary.capacities.map { capacity in
            parts.tile(
                .reserved(capacity.unit), HumanFormat.number(capacity.reserved),
                .maximum(HumanFormat.number(capacity.maximum)))
        }
        tiles += listing.summary.resources.map { resource in
            parts.tile(
                .configured(resource.name), HumanFormat.range(resource.minimum, resource.maximum), .minimumAndMaximum)
        }
        for (title, time) in [
            (Phrase.oldestWaiting, listing.summary.oldestWaiting), (.newestFailure, listing.summary.newestFailure),
        ] {
            guard let time else { continue }
            let age = parts.options.language(HumanFormat.moment(time, now: parts.now))
            tiles.append(parts.tile(title, age, Phrase(HumanFormat.absolute(time))))
        }
        return #"<dl class="tiles">\#(tiles)</dl>\#(dataQuality(listing))"#
    }

    private func dataQuality(_ listing: ListingStatus.ExportedData) -> HTML {
        let counts = listing.counts
        var notes: [Phrase] = []
        if counts.skippedRecords > 0 || counts.malformedFields > 0 {
            notes.append(.quality(skipped: counts.skippedRecords, malformed: counts.malformedFields))
        }
        if counts.cutValues > 0 { notes.append(.cutValues(counts.cutValues)) }
        notes += listing.summary.failedQueries.map { .queriesFailed($0) }
        return HTML(notes.map { #"<p class="note">\#(parts($0))</p>"# })
    }

    private func problems(_ listing: ListingStatus) -> HTML {
        guard listing.exported != nil else { return "<p>\(parts(.noDataYet))</p>" }
        let problems = listing.needingAttention(at: parts.now)
        var table = AttentionTable(parts, showsPlace: false)
        for endpoint in problems.prefix(AttentionTable.maximumRows) {
            table.add(endpoint, of: status, isEndpoint: listing.isEndpoints)
        }
        if problems.isEmpty { return "<p>\(parts(.nothingNeedsAttention))</p>" }
        return
            "\(table.html)\(listing.isEndpoints ? table.remainder(of: problems.count, status.selectingPairs, problems.count) : .empty)"
    }

    private func all(_ listing: ListingStatus) -> HTML {
        guard listing.exported != nil else { return "<p>\(parts(.noDataYet))</p>" }
        let selection = EndpointSelection([status], listing: listing.name, at: parts.now) { _ in true }
        guard selection.count > 0 else { return "<p>\(parts(.none))</p>" }
        let table = EndpointTable(parts: parts, showsPlace: false, hasRunbooks: listing.isEndpoints).html(
            selection, page: listing.name == query.listing ? query.page : 1
        ) { page in
            let pairs = status.selectingPairs + [("listing", listing.name), ("page", String(page))]
            return "\(parts.options.address("", pairs))#\(listing.name)-all"
        }
        if !listing.isEndpoints { return table }
        return "<p>\(parts.link(.search, "endpoints", status.selectingPairs))</p>\n\(table)"
    }

    private func polls(_ status: ListingStatus) -> HTML {
        if status.polls.isEmpty { return "<p>\(parts(.noPolls))</p>" }
        var table = PageTable(
            .recentPolls,
            [
                .init(.ended, .when), .init(.result), .init(.duration, .number), .init(.message, .text),
                .init(.requestID, .text),
            ], in: parts.options.language)
        table.rows = status.polls.map { poll in
            let failure = poll.failure
            let code = failure?.code.html { "<code>\($0)</code> " } ?? .empty
            let http = failure?.status.html { "HTTP \($0): " } ?? .empty
            return [
                parts.moment(poll.endedAt),
                failure.map { parts.badge(Phrase($0.reason.rawValue), "bad") }
                    ?? parts.badge(.name(of: ListingStatus.State.ok), "good"),
                parts(HumanFormat.exact(poll.duration)), "\(http)\(code)\(failure.html { "\($0.message)" })",
                failure?.requestID.html { "<code>\($0)</code>" } ?? .empty,
            ]
        }
        return "\(PollStrip(parts: parts).svg(status.history))\(table.html)"
    }
}
