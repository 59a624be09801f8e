// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import HTTPServer
internal import Polling

/// What of a status report is wanted, as the URL says it.
struct StatusQuery: Equatable {
    /// Workspaces on one page for people.
    static let pageSize = 100

    var selection = PageSelection()
    /// Only workspaces whose polls go so.
    var state: ListingStatus.State?
    /// Only workspaces with endpoints that need attention.
    var onlyProblems = false
    /// Only workspaces whose name or id holds this, whatever the case.
    var text = ""
    /// From 1.
    var page = 1

    /// Why a query cannot be answered.
    struct Refusal: Error, Equatable {
        var status: Int
        var message: String
    }

    /// - Throws: ``Refusal`` for a value that cannot be.
    init(_ request: ListenerRequest) throws(Refusal) {
        selection = PageSelection(request)
        for value in request.queryValues("state").filter({ !$0.isEmpty }) {
            if value == "problems" {
                onlyProblems = true
                continue
            }
            guard let state = ListingStatus.State(rawValue: value) else {
                throw Refusal(status: 400, message: "Unknown state: it is one of ok, failing, pending, problems.")
            }
            self.state = state
        }
        text = request.queryValues("q").last ?? ""
        page = request.queryValues("page").last.flatMap { Int($0) } ?? 1
    }

    /// The workspaces that are wanted.
    /// - Throws: ``Refusal`` when the query names a source or workspace that is not there.
    func workspaces(of report: StatusReport) throws(Refusal) -> [WorkspaceStatus] {
        guard selection.sources.isSubset(of: report.sources.map(\.name)) else {
            throw Refusal(status: 404, message: "No such source.")
        }
        var found: [WorkspaceStatus] = report.workspaces.filter { status in
            let key = status.workspace.key
            return (selection.sources.isEmpty || selection.sources.contains(key.source))
                && (selection.workspaceIDs.isEmpty || selection.workspaceIDs.contains(key.workspaceID))
        }
        guard selection.workspaceIDs.isSubset(of: found.map(\.workspace.key.workspaceID)) else {
            throw Refusal(status: 404, message: "No such workspace.")
        }
        if let state { found.removeAll { $0.state != state } }
        if onlyProblems { found.removeAll { !$0.hasProblems } }
        let wanted = text.lowercased()
        if !wanted.isEmpty {
            found.removeAll { status in
                !status.workspace.name.lowercased().contains(wanted)
                    && !status.workspace.key.workspaceID.lowercased().contains(wanted)
            }
        }
        return found
    }

    /// The address of the same view with another page.
    func address(page: Int) -> String {
        var pairs = selection.sources.sorted().map { ("source", $0) }
        pairs += selection.workspaceIDs.sorted().map { ("workspace_id", $0) }
        if let state { pairs.append(("state", state.rawValue)) }
        if onlyProblems { pairs.append(("state", "problems")) }
        if !text.isEmpty { pairs.append(("q", text)) }
        if page > 1 { pairs.append(("page", String(page))) }
        return Self.address(pairs)
    }

    /// The address of a workspace's own page.
    static func address(of status: WorkspaceStatus) -> String {
        address([("source", status.workspace.key.source), ("workspace_id", status.workspace.key.workspaceID)])
    }

    private static func address(_ pairs: [(String, String)]) -> String {
        if pairs.isEmpty { return "./" }
        return "./?" + pairs.map { "\($0)=\(PercentEncoding.encode($1.utf8))" }.joined(separator: "&")
    }
}

extension PageSelection {
    /// What the query's `source` and `workspace_id` name; empty values, as forms send them, name nothing.
    init(_ request: ListenerRequest) {
        self.init(
            sources: Set(request.queryValues("source").filter { !$0.isEmpty }),
            workspaceIDs: Set(request.queryValues("workspace_id").filter { !$0.isEmpty }))
    }
}
