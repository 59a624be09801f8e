// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The table of what needs attention: sources, workspaces that are down, endpoints.
struct AttentionTable {
    /// The maximum number of rows; the list of endpoints shows all.
    static let maximumRows = 25

    private let parts: PageParts
    /// Whether rows name what they belong to: the workspace of an endpoint, the source of a workspace.
    private let showsPlace: Bool
    private var table: PageTable
    /// The remedies of sources in the table, which are not repeated for their workspaces.
    private var remedies: [String: Phrase] = [:]

    init(_ parts: PageParts, showsPlace: Bool) {
        self.parts = parts
        self.showsPlace = showsPlace
        var columns = [PageTable.Column(.name, .header)]
        if showsPlace { columns.append(.init(.belongsTo, .text)) }
        columns += [.init(.type), .init(.status), .init(.since), .init(.owner), .init(.errorAndRemedy, .text)]
        table = PageTable(.needsAttention, columns, in: parts.options.language)
    }

    var count: Int { table.rows.count }

    var html: HTML { table.html }

    /// A note with a link to the list of all endpoints that need attention; empty if the table has all rows.
    /// - Parameters:
    ///   - query: the parameters that select the workspaces.
    ///   - endpoints: the number of endpoints among all.
    func remainder(of total: Int, _ query: [(name: String, value: String)], _ endpoints: Int) -> HTML {
        if total <= count { return .empty }
        let list = parts.link(.endpoints(endpoints), "endpoints", query + [("attention", "any")])
        return #"<p class="quiet">\#(parts(.showing(count, of: total))) \#(list)</p>"#
    }

    mutating func add(_ source: StatusOverview.Source) {
        remedies[source.status.name] = source.remedy?.text
        add(
            parts.link(to: source.status), in: source.status.region.html { parts(.region($0)) }, type: parts(.source),
            status: parts.badge(of: source.health),
            since: [.down, .lockedOut].contains(source.health) ? source.workspaces.compactMap(\.downSince).max() : nil,
            isSinceKnown: source.workspaces.contains(where: \.isDownSinceKnown),
            error: [parts.text(of: source), (source.remedy?.text).html { Self.remedy(parts($0)) }],
            runbook: Runbook(source.health))
    }

    mutating func add(_ workspace: WorkspaceStatus) {
        let failure = workspace.failure
        let remedy = parts.report.remedy(for: workspace)?.text
        let isKnown = remedy == remedies[workspace.workspace.key.source]
        add(
            "\(parts.link(to: workspace))\(Self.id(workspace.workspace.key.workspaceID))",
            in: parts(.source(workspace.workspace.key.source)), type: parts(.workspace),
            status: parts.badge(of: .failing, reason: failure?.reason), since: workspace.downSince,
            isSinceKnown: workspace.isDownSinceKnown,
            error: [
                failure.html { "\($0.message)" },
                (failure?.requestID).html { "\(parts(.requestID)) <code>\($0)</code>" },
                (isKnown ? nil : remedy).html { Self.remedy(parts($0)) },
            ], runbook: failure.map { Runbook($0.reason) })
    }

    /// - Parameter isEndpoint: whether the advice and the runbooks for endpoints apply.
    mutating func add(_ record: AttentionRecord, of workspace: WorkspaceStatus, isEndpoint: Bool = true) {
        let detail = record.detail
        add(
            "\(detail.name.html { "\($0)" })\(Self.id(detail.id.text))", in: parts.link(to: workspace),
            type: "\(detail.type)", status: parts.badge(of: detail, record.attention), since: detail.since,
            owner: detail.owner,
            error: [
                detail.errorCode.html { "<code>\($0)</code>" }, detail.errorMessage.html { "\($0)" },
                isEndpoint ? Self.remedy(parts(.advice(for: record.attention))) : .empty,
            ],
            runbook: isEndpoint ? Runbook(record.attention) : nil, console: CloudConsole.link(to: workspace.workspace))
    }

    private mutating func add(
        _ name: HTML, in place: HTML, type: HTML, status: HTML, since: Timestamp?, isSinceKnown: Bool = true,
        owner: String? = nil, error: [HTML],
        runbook: Runbook?, console: String? = nil
    ) {
        let links: [HTML] = [
            runbook.html { parts.link(.runbook, "runbooks/\($0.name)") },
            console.html { #"<a href="\#($0)" rel="noreferrer">\#(parts(.console))</a>"# },
        ]
        let error = error + [HTML(links.filter { !$0.text.isEmpty }, separator: " · ")]
        table.rows.append(
            [name] + (showsPlace ? [place] : []) + [
                type, status,
                since.html { parts.sinceInLines($0, isKnown: isSinceKnown) },
                owner.html { "\($0)" }, HTML(error.filter { !$0.text.isEmpty }, separator: "<br>"),
            ])
    }

    private static func remedy(_ text: HTML) -> HTML { #"<span class="remedy">\#(text)</span>"# }

    private static func id(_ text: String) -> HTML { #"<span class="id">\#(text)</span>"# }
}
