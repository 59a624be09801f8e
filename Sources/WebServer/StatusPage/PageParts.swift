// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// Components of status pages.
enum PageParts {
    static func badge(_ text: String, _ kind: String = "") -> HTML { #"<span class="badge \#(kind)">\#(text)</span>"# }

    static func badge(of state: ListingStatus.State, reason: FailureReason?) -> HTML {
        switch state {
        case .ok: badge("ok", "good")
        case .pending: badge("pending")
        case .failing: badge(reason.map { "failing: \($0.rawValue)" } ?? "failing", "bad")
        }
    }

    /// The badge of an endpoint status, with the number of records if given.
    static func badge(ofStatus status: String, _ phase: Phase, count: Int? = nil) -> HTML {
        let text = count.map { "\(status) \(HumanFormat.number($0))" } ?? status
        return badge(text, phase == .serving ? "good" : kind(of: phase))
    }

    /// The CSS class for the severity of a phase.
    static func kind(of phase: Phase) -> String {
        switch phase {
        case .failed, .abnormal: "bad"
        case .inTransition, .suspended: "warn"
        case .serving, .inactive, .gone, .unknown: ""
        }
    }

    static func badges(of statuses: [ListingSummary.StatusCount]) -> HTML {
        if statuses.isEmpty { return "none" }
        let badges = statuses.map { badge(ofStatus: $0.status, $0.phase, count: $0.records) }
        return #"<span class="badges">\#(badges)</span>"#
    }

    static func capacity(_ capacities: [ListingSummary.Capacity]) -> HTML {
        if capacities.isEmpty { return "none" }
        let parts: [HTML] = capacities.map { capacity in
            let maximum = capacity.maximum > capacity.reserved ? " (max \(HumanFormat.number(capacity.maximum)))" : ""
            return "\(HumanFormat.number(capacity.reserved)) \(capacity.unit)\(maximum)"
        }
        return HTML(parts, separator: "<br>")
    }

    /// A tile with a title, a number, an optional note and an optional link to details.
    static func tile(
        _ title: String, _ number: String, _ note: String = "", kind: String = "", link: String? = nil
    ) -> HTML {
        let small: HTML = note.isEmpty ? .empty : "<small>\(note)</small>"
        let number: HTML = link.map { #"<a href="\#($0)">\#(number)</a>"# } ?? "\(number)"
        return #"<div class="tile \#(kind)"><dt>\#(title)</dt><dd>\#(number)\#(small)</dd></div>"#
    }

    /// The table of endpoints that need attention.
    static func problems(
        _ problems: [(workspace: WorkspaceStatus?, detail: RecordDetail)], now: Timestamp
    ) -> HTML {
        let showsWorkspace = problems.contains { $0.workspace != nil }
        var table = PageTable("Endpoints that need attention", [.init("Endpoint", .header)])
        if showsWorkspace { table.columns.append(.init("Workspace", .text)) }
        table.columns += [.init("Type"), .init("Status"), .init("Duration", .when), .init("Error", .text)]
        for (workspace, detail) in problems {
            let name: HTML = detail.name.html { "\($0)" }
            let error = [detail.errorCode.html { "<code>\($0)</code>" }, detail.errorMessage.html { "\($0)" }]
            var cells: [HTML] = [#"\#(name)<span class="id">\#(detail.id.text)</span>"#]
            if showsWorkspace {
                cells.append(
                    workspace.html { #"<a href="\#(StatusQuery.address(of: $0))">\#($0.workspace.name)</a>"# })
            }
            cells += [
                "\(detail.type)", badge(ofStatus: detail.status, detail.phase),
                HumanFormat.since(detail.since, now: now),
                HTML(error.filter { !$0.text.isEmpty }, separator: "<br>"),
            ]
            table.rows.append(cells)
        }
        return table.html
    }
}
