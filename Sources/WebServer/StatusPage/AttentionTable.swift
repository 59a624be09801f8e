// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The table of what needs attention: sources, workspaces that are down, endpoints.
struct AttentionTable {
    private let now: Timestamp
    /// Whether rows name what they belong to: the workspace of an endpoint, the source of a workspace.
    private let showsPlace: Bool
    private var table: PageTable

    init(now: Timestamp, showsPlace: Bool) {
        self.now = now
        self.showsPlace = showsPlace
        table = PageTable("Needs attention", [.init("Name", .header)])
        if showsPlace { table.columns.append(.init("Belongs to", .text)) }
        table.columns += [.init("Type"), .init("Status"), .init("Since", .when), .init("Owner"), .init("Error", .text)]
    }

    var count: Int { table.rows.count }

    var html: HTML { table.html }

    mutating func add(_ source: StatusOverview.Source, in report: StatusReport) {
        let remedy: String? =
            switch source.health {
            case .lockedOut: FailureReason.unauthenticated.remedy(permission: "")
            case .throttled: FailureReason.throttled.remedy(permission: "")
            default: nil
            }
        add(
            "\(source.status.name)", in: "\(source.status.region ?? "")", type: "source",
            status: PageParts.badge(of: source.health),
            since: source.health == .down ? source.workspaces.compactMap(\.downSince).max() : nil,
            error: [PageParts.text(of: source, in: report), remedy.html { "\($0)" }])
    }

    mutating func add(_ workspace: WorkspaceStatus) {
        let failing = workspace.listings.first { $0.failure != nil }
        let permission = ListingRegistry.all.first { $0.name == failing?.name }?.permission ?? ""
        let failure = failing?.failure
        add(
            Self.link(workspace, id: workspace.workspace.key.workspaceID), in: "\(workspace.workspace.key.source)",
            type: "workspace", status: PageParts.badge(of: .failing, reason: failure?.reason),
            since: workspace.downSince,
            error: [
                failure.html { "\($0.message)" }, (failure?.requestID).html { "Request ID <code>\($0)</code>" },
                failure.html { "\($0.reason.remedy(permission: permission))" },
            ])
    }

    mutating func add(_ detail: RecordDetail, of workspace: WorkspaceStatus) {
        add(
            #"\#(detail.name.html { "\($0)" })<span class="id">\#(detail.id.text)</span>"#, in: Self.link(workspace),
            type: detail.type, status: PageParts.badge(ofStatus: detail.status, detail.phase), since: detail.since,
            owner: detail.owner,
            error: [detail.errorCode.html { "<code>\($0)</code>" }, detail.errorMessage.html { "\($0)" }])
    }

    private mutating func add(
        _ name: HTML, in place: HTML, type: String, status: HTML, since: Timestamp?, owner: String? = nil, error: [HTML]
    ) {
        table.rows.append(
            [name] + (showsPlace ? [place] : []) + [
                "\(type)", status,
                since.html { "\(HumanFormat.since($0, now: now))<br>\(HumanFormat.absolute($0))" },
                owner.html { "\($0)" }, HTML(error.filter { !$0.text.isEmpty }, separator: "<br>"),
            ])
    }

    private static func link(_ status: WorkspaceStatus, id: String? = nil) -> HTML {
        """
        <a href="\(StatusQuery.address(of: status))">\(status.workspace.name)</a>\
        \(id.html { #"<span class="id">\#($0)</span>"# })
        """
    }
}
