// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import HTTPServer
internal import Listings
internal import Polling

/// The query of a URL that selects workspaces of a status report.
struct StatusQuery: Equatable {
    /// The order of workspaces.
    enum Order: String, CaseIterable {
        case worst
        case name
        case source
        /// The maximum data age first.
        case age
        /// The most endpoints first.
        case endpoints
    }

    var selection = PageSelection()
    /// The state of workspaces to include; nil for all.
    var state: ListingStatus.State?
    /// Whether to include only workspaces with endpoints that need attention.
    var onlyProblems = false
    /// A part of the name or ID of workspaces to include, ignoring case; empty for all.
    var text = ""
    /// The order of workspaces.
    var order = Order.worst
    /// The page number, from 1.
    var page = 1
    /// The listing whose records have the page, on the page of a workspace with several.
    var listing = EndpointListing.name

    /// Selects one workspace.
    init(of status: WorkspaceStatus) {
        let key = status.workspace.key
        selection = PageSelection(sources: [key.source], workspaceIDs: [key.workspaceID])
    }

    /// Parses the query of `request`.
    /// - Parameter textName: the name of the parameter ``text``.
    /// - Throws: ``QueryError`` for an invalid value.
    init(_ request: ListenerRequest, textName: String = "q") throws(QueryError) {
        selection = PageSelection(request)
        for value in request.queryValues("state").filter({ !$0.isEmpty }) {
            if value == "problems" {
                onlyProblems = true
                continue
            }
            guard let state = ListingStatus.State(rawValue: value) else {
                throw QueryError(status: 400, message: .invalid("state", "ok, failing, pending, problems"))
            }
            self.state = state
        }
        text = request.queryValues(textName).last ?? ""
        if let value = request.queryValues("sort").last, !value.isEmpty {
            guard let order = Order(rawValue: value) else {
                let allowed = Order.allCases.map(\.rawValue).joined(separator: ", ")
                throw QueryError(status: 400, message: .invalid("sort", allowed))
            }
            self.order = order
        }
        page = request.queryValues("page").last.flatMap { Int($0) } ?? 1
        if let value = request.queryValues("listing").last, !value.isEmpty {
            guard ListingRegistry.position(of: value) < ListingRegistry.all.count else {
                let allowed = ListingRegistry.all.map { $0.name }.joined(separator: ", ")
                throw QueryError(status: 400, message: .invalid("listing", allowed))
            }
            listing = value
        }
    }

    /// Returns the workspaces that match the query.
    /// - Throws: ``QueryError`` if the query names an unknown source or workspace.
    func workspaces(of report: StatusReport) throws(QueryError) -> [WorkspaceStatus] {
        guard selection.sources.isSubset(of: report.sources.map(\.name)) else {
            throw QueryError(status: 404, message: .noSuchSource)
        }
        var found: [WorkspaceStatus] = report.workspaces.filter { status in
            let key = status.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        guard selection.workspaceIDs.isSubset(of: found.map(\.workspace.key.workspaceID)) else {
            throw QueryError(status: 404, message: .noSuchWorkspace)
        }
        if let state { found.removeAll { $0.state != state } }
        if onlyProblems { found.removeAll { $0.counts(at: report.time).attention.isEmpty } }
        let part = text.lowercased()
        if !part.isEmpty {
            found.removeAll { status in
                !status.workspace.name.lowercased().contains(part)
                    && !status.workspace.key.workspaceID.lowercased().contains(part)
            }
        }
        return found
    }

    /// Returns the overview of the workspaces that match the query.
    /// - Throws: ``QueryError`` if the query names an unknown source or workspace.
    func overview(of report: StatusReport) throws(QueryError) -> StatusOverview {
        StatusOverview(report, workspaces: try workspaces(of: report), sourceNames: selection.sources)
    }

    /// Returns the workspace of `overview` if the query names workspaces and only one of them is left.
    func onlyWorkspace(of overview: StatusOverview) -> WorkspaceStatus? {
        selection.workspaceIDs.isEmpty || overview.workspaces.count != 1 ? nil : overview.workspaces.first
    }

    /// The parameters that select workspaces.
    /// - Parameter textName: the name of the parameter ``text``.
    func selectingPairs(textName: String = "q") -> [(name: String, value: String)] {
        var pairs = selection.sources.sorted().map { (name: "source", value: $0) }
        pairs += selection.workspaceIDs.sorted().map { ("workspace_id", $0) }
        if let state { pairs.append(("state", state.rawValue)) }
        if onlyProblems { pairs.append(("state", "problems")) }
        if !text.isEmpty { pairs.append((textName, text)) }
        return pairs
    }

    /// The parameters of the same query with another order or page.
    func pairs(order: Order? = nil, page: Int = 1) -> [(name: String, value: String)] {
        var pairs = selectingPairs()
        let order = order ?? self.order
        if order != .worst { pairs.append(("sort", order.rawValue)) }
        if page > 1 { pairs.append(("page", String(page))) }
        return pairs
    }
}

extension WorkspaceStatus {
    /// The parameters that select only this workspace.
    var selectingPairs: [(name: String, value: String)] {
        [("source", workspace.key.source), ("workspace_id", workspace.key.workspaceID)]
    }
}

/// The error for an invalid query, with the response status.
struct QueryError: Error, Equatable {
    var status: Int
    var message: Phrase
}

extension PageSelection {
    /// Creates a selection from the query parameters `source` and `workspace_id`; ignores empty values, which forms
    /// send.
    init(_ request: ListenerRequest) {
        self.init(
            sources: Set(request.queryValues("source").filter { !$0.isEmpty }),
            workspaceIDs: Set(request.queryValues("workspace_id").filter { !$0.isEmpty }))
    }
}
