// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import HTTPServer
internal import Listings
internal import Polling

/// The filter of a status report in the query of a URL.
struct StatusQuery: Equatable {
    /// The number of workspaces per page.
    static let pageSize = 100

    var selection = PageSelection()
    /// The state of workspaces to include; nil for all.
    var state: ListingStatus.State?
    /// Whether to include only workspaces with endpoints that need attention.
    var onlyProblems = false
    /// A part of the name or ID of workspaces to include, ignoring case; empty for all.
    var text = ""
    /// The page number, from 1.
    var page = 1

    /// Parses the query of `request`.
    /// - Throws: ``QueryError`` for an invalid value.
    init(_ request: ListenerRequest) throws(QueryError) {
        selection = PageSelection(request)
        for value in request.queryValues("state").filter({ !$0.isEmpty }) {
            if value == "problems" {
                onlyProblems = true
                continue
            }
            guard let state = ListingStatus.State(rawValue: value) else {
                throw QueryError(status: 400, message: "Invalid state. Must be one of ok, failing, pending, problems.")
            }
            self.state = state
        }
        text = request.queryValues("q").last ?? ""
        page = request.queryValues("page").last.flatMap { Int($0) } ?? 1
    }

    /// Returns the workspaces that match the query.
    /// - Throws: ``QueryError`` if the query names an unknown source or workspace.
    func workspaces(of report: StatusReport) throws(QueryError) -> [WorkspaceStatus] {
        guard selection.sources.isSubset(of: report.sources.map(\.name)) else {
            throw QueryError(status: 404, message: "Source not found.")
        }
        var found: [WorkspaceStatus] = report.workspaces.filter { status in
            let key = status.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        guard selection.workspaceIDs.isSubset(of: found.map(\.workspace.key.workspaceID)) else {
            throw QueryError(status: 404, message: "Workspace not found.")
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

    /// Returns the relative URL of another page of the same query.
    func address(page: Int) -> String {
        var pairs = selection.sources.sorted().map { ("source", $0) }
        pairs += selection.workspaceIDs.sorted().map { ("workspace_id", $0) }
        if let state { pairs.append(("state", state.rawValue)) }
        if onlyProblems { pairs.append(("state", "problems")) }
        if !text.isEmpty { pairs.append(("q", text)) }
        if page > 1 { pairs.append(("page", String(page))) }
        return Self.address(pairs)
    }

    /// Returns the relative URL of a workspace's page.
    static func address(of status: WorkspaceStatus) -> String {
        address([("source", status.workspace.key.source), ("workspace_id", status.workspace.key.workspaceID)])
    }

    private static func address(_ pairs: [(String, String)]) -> String {
        if pairs.isEmpty { return "./" }
        return "./?" + pairs.map { "\($0)=\(PercentEncoding.encode($1.utf8))" }.joined(separator: "&")
    }
}

/// The error for an invalid query, with the response status.
struct QueryError: Error, Equatable {
    var status: Int
    var message: String
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
