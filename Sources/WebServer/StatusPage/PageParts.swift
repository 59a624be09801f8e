// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// Pieces that several pages show.
enum PageParts {
    static func badge(_ text: String, _ kind: String = "") -> HTML { #"<span class="badge \#(kind)">\#(text)</span>"# }

    static func badge(of state: ListingStatus.State, reason: FailureReason?) -> HTML {
        switch state {
        case .ok: badge("ok", "good")
        case .pending: badge("not polled yet")
        case .failing: badge(reason.map { "failing: \($0.rawValue)" } ?? "failing", "bad")
        }
    }

    /// A status, and how many records have it where that is told.
    static func badge(ofStatus status: String, _ phase: Phase, count: Int? = nil) -> HTML {
        let text = count.map { "\(status) \(Words.number($0))" } ?? status
        return badge(text, phase == .serving ? "good" : kind(of: phase))
    }

    /// How wrong a phase is.
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
            let most = capacity.maximum > capacity.reserved ? " of \(Words.number(capacity.maximum))" : ""
            return "\(Words.number(capacity.reserved))\(most) \(capacity.unit)"
        }
        return HTML(parts, separator: "<br>")
    }

    /// A tile of an overview: a title, a number, what explains it, and where more of it is.
    static func tile(
        _ title: String, _ number: String, _ note: String = "", kind: String = "", link: String? = nil
    ) -> HTML {
        let small: HTML = note.isEmpty ? .nothing : "<small>\(note)</small>"
        let number: HTML = link.map { #"<a href="\#($0)">\#(number)</a>"# } ?? "\(number)"
        return #"<div class="tile \#(kind)"><dt>\#(title)</dt><dd>\#(number)\#(small)</dd></div>"#
    }

    /// Endpoints that need attention.
    static func problems(
        _ problems: [(workspace: WorkspaceStatus?, detail: RecordDetail)], now: Timestamp
    ) -> HTML {
        let showsWorkspace = problems.contains { $0.workspace != nil }
        var table = PageTable("Endpoints with problems", [.init("Endpoint", .header)])
        if showsWorkspace { table.columns.append(.init("Workspace", .text)) }
        table.columns += [.init("Type"), .init("Status"), .init("For", .when), .init("Error", .text)]
        for (workspace, detail) in problems {
            let name: HTML = detail.name.html { "\($0)" }
            let words = [detail.errorCode.html { "<code>\($0)</code>" }, detail.errorMessage.html { "\($0)" }]
            var cells: [HTML] = [#"\#(name)<span class="id">\#(detail.id.text)</span>"#]
            if showsWorkspace {
                cells.append(
                    workspace.html { #"<a href="\#(StatusQuery.address(of: $0))">\#($0.workspace.name)</a>"# })
            }
            cells += [
                "\(detail.type)", badge(ofStatus: detail.status, detail.phase), Words.since(detail.since, now: now),
                HTML(words.filter { !$0.text.isEmpty }, separator: "<br>"),
            ]
            table.rows.append(cells)
        }
        return table.html
    }
}
