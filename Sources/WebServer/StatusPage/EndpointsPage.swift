// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import Listings
internal import Polling

/// The list of all endpoints, in pages.
struct EndpointsPage {
    private let overview: StatusOverview
    private let query: EndpointQuery
    private let parts: PageParts
    private let selection: EndpointSelection

    init(_ overview: StatusOverview, query: EndpointQuery, _ parts: PageParts) {
        self.overview = overview
        self.query = query
        self.parts = parts
        selection = EndpointSelection(
            WorkspaceOrder(withProblems: overview.workspacesWithProblems).sorted(overview.workspaces, .name),
            listing: EndpointListing.name,
            at: parts.now, where: query.predicate(at: parts.now))
    }

    var body: HTML {
        """
        \(missing)\(form)
        \(list)
        """
    }

    /// A note if the list is not complete.
    private var missing: HTML {
        let tiles = OverviewTiles(overview: overview, query: query.workspaces, parts: parts)
        return tiles.missing.html { missing in
            #"<p class="note">\#(parts(.notKnown(missing))) \#(parts.link(.workspaces, "", query.workspaces.selectingPairs()))</p>\#n"#
        }
    }

    private var list: HTML {
        guard selection.count > 0 else { return "<p>\(parts(.noEndpointMatches))</p>" }
        let table = EndpointTable(parts: parts, showsPlace: true).html(selection, page: query.workspaces.page) {
            parts.options.address("endpoints", query.pairs(page: $0))
        }
        let count: HTML =
            selection.count == selection.total
            ? parts(.endpoints(selection.count))
            : "\(parts(.endpoints(selection.count, of: selection.total))) · \(parts.link(.allEndpoints, "endpoints"))"
        return "<p>\(count)</p>\n\(table)"
    }

    private var form: HTML {
        let reasons = EndpointQuery.AttentionFilter.allCases.map { filter in
            (
                filter.rawValue,
                filter == .any
                    ? .needsAttention : Attention(rawValue: filter.rawValue).map { Phrase.name(of: $0) } ?? .any
            )
        }
        let statuses = Set(overview.workspaces.flatMap(\.exported).flatMap(\.summary.statuses).map(\.status))
        let sources = parts.report.sources.map(\.name)
        let hidden: [HTML] = query.workspaces.selectingPairs(textName: "workspace").filter { $0.name != "source" }.map {
            #"<input type="hidden" name="\#($0.name)" value="\#(echo: $0.value)">"#
        }
        return """
            <form method="get" action="./endpoints" role="search" aria-label="\(parts(.endpoints))">
            <label>\(parts(.nameIDOrOwner)) <input type="search" name="q" value="\(echo: query.text)"></label>
            \(parts.select(.attention, "attention", reasons, selected: [query.attention?.rawValue ?? ""]))
            \(parts.select(.status, "status", named(statuses.union(query.statuses)), selected: query.statuses))
            \(parts.select(.type, "type", named(selection.types.union([query.type])), selected: [query.type]))
            \(parts.select(.visibility, "visibility", named(Set(EndpointQuery.visibilities)), selected: [query.visibility]))
            \(parts.select(.source, "source", named(Set(sources)), selected: query.workspaces.selection.sources.sorted()))
            \(hidden)\(parts.options.hiddenFields)<button type="submit">\(parts(.filter))</button>
            </form>
            """
    }

    private func named(_ values: Set<String>) -> [(String, Phrase)] {
        values.sorted().filter { !$0.isEmpty }.map { ($0, Phrase($0)) }
    }
}
