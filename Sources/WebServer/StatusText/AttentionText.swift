// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The rows of what needs attention, worst first: sources, workspaces that are down, endpoints.
struct AttentionText {
    private let text: StatusText
    private var table: TerminalTable
    /// The number of rows.
    private(set) var count = 0

    init(_ text: StatusText) {
        self.text = text
        var columns: [TerminalTable.Column] = [
            .text(text(.status)), .text(text(.since)), .shrinking(text(.name)), .shrinking(text(.belongsTo)),
            .shrinking(text(.owner)),
        ]
        if text.isWide { columns += [.text("ID"), .text(text(.errorCode))] }
        table = TerminalTable(columns)
        for source in unhealthySources.prefix(StatusText.maximumProblems) { add(source) }
        for workspace in workspacesDown.prefix(StatusText.maximumProblems - count) { add(workspace) }
        for problem in problems.prefix(StatusText.maximumProblems - count) {
            add(problem.problem, of: problem.workspace)
        }
    }

    var lines: [String] { table.lines(columns: text.columns) }

    // MARK: Order

    /// The sources that need attention; those in a state that this program does not know are last.
    private var unhealthySources: [StatusDocument.Source] {
        let states = SourceHealth.allCases.map(\.rawValue)
        func rank(_ source: StatusDocument.Source) -> Int { states.firstIndex(of: source.state) ?? states.count }
        return text.document.sources.filter { SourceHealth(rawValue: $0.state)?.needsAttention ?? true }
            .sorted { rank($0) < rank($1) }
    }

    /// The workspaces that are down, the most recent first.
    private var workspacesDown: [StatusDocument.Workspace] {
        text.document.workspaces.filter(\.isDown).sorted {
            ($1.downSince ?? text.now, $0.source, $0.workspaceId) < (
                $0.downSince ?? text.now, $1.source, $1.workspaceId
            )
        }
    }

    /// The endpoints that need attention: in each group the most recent first, but the longest stuck.
    private var problems: [(problem: StatusDocument.Problem, workspace: StatusDocument.Workspace)] {
        let groups = Attention.allCases.map(\.rawValue)
        let all = text.document.workspaces.flatMap { workspace in
            workspace.listings.filter { $0.listing == EndpointListing.name }.flatMap { $0.served?.problems ?? [] }.map {
                problem in
                let time = problem.statusSince.time.microseconds
                let isStuck = problem.attention == Attention.stuck.rawValue
                let order = (groups.firstIndex(of: problem.attention) ?? groups.count, isStuck ? time : 0 &- time)
                return (order: order, problem: problem, workspace: workspace)
            }
        }
        return all.sorted { $0.order == $1.order ? $0.problem.endpointId < $1.problem.endpointId : $0.order < $1.order }
            .map { ($0.problem, $0.workspace) }
    }

    // MARK: Rows

    private mutating func add(_ source: StatusDocument.Source) {
        let isDown = [SourceHealth.down, .lockedOut].map(\.rawValue).contains(source.state)
        add(
            Row(
                status: text.health(of: source),
                since: isDown ? text.workspaces(of: source).compactMap(\.downSince).max() : nil, name: source.name,
                place: source.region, message: text.titled(.source, text.explanation(of: source)),
                more: [source.remedy.map(remedy)]))
    }

    private mutating func add(_ workspace: StatusDocument.Workspace) {
        let failure = workspace.failure
        add(
            Row(
                status: text.health(of: workspace), since: workspace.downSince, name: workspace.name,
                id: workspace.workspaceId, place: workspace.source, http: failure?.httpStatus, code: failure?.errorCode,
                message: failure?.message,
                more: [failure?.requestId.map { "\(text(.requestID)) \($0)" }, workspace.remedy.map(remedy)]))
    }

    private mutating func add(_ problem: StatusDocument.Problem, of workspace: StatusDocument.Workspace) {
        add(
            Row(
                status: problem.status, since: problem.statusSince.time, name: problem.name, id: problem.endpointId,
                place: workspace.name ?? workspace.workspaceId, owner: problem.owner, code: problem.errorCode,
                message: problem.errorMsg))
    }

    private func remedy(_ remedy: StatusDocument.Text) -> String { "→ \(text(remedy.phrase))" }

    private struct Row {
        var status: String
        var since: Timestamp?
        var name: String?
        var id: String?
        var place: String?
        var owner: String?
        var http: Int?
        var code: String?
        var message: String?
        var more: [String?] = []
    }

    private mutating func add(_ row: Row) {
        count += 1
        let age = row.since.map { text(HumanFormat.since($0, now: text.now)) }
        let cells = [row.status, age ?? "", row.name ?? "", row.place ?? "", row.owner ?? ""]
        // The API gives some errors the HTTP status as code.
        let code = row.code == row.http.map(String.init) ? nil : row.code
        let cause = [row.http.map { "HTTP \($0)" }, text.isWide ? nil : code].compactMap { $0 }
        let message = [cause.joined(separator: " "), row.message ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
        let details = ([message] + row.more).compactMap { $0 }.filter { !$0.isEmpty }
        if text.isWide {
            table.add(cells + [row.id ?? "", row.code ?? ""], details: details)
        } else {
            table.add(cells, details: (row.id.map { ["ID \($0)"] } ?? []) + details)
        }
    }
}
