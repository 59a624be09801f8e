// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Polling

/// The overall state and the tiles of the overview. What is not known is `–` with a reason.
struct OverviewTiles {
    let overview: StatusOverview
    let query: StatusQuery

    private var total: Int { overview.workspaces.count }
    private var withData: Int { total - overview.withoutData }

    /// The missing data; nil if all workspaces have data.
    var missing: String? {
        let all = overview.report.workspaces.count
        if all == 0 { return "no workspaces configured or discovered" }
        if total == 0 { return "no workspaces match the filter (0 of \(HumanFormat.count(all, "workspace")))" }
        if withData == total { return nil }
        return "no data from \(HumanFormat.number(total - withData)) of \(HumanFormat.count(total, "workspace"))"
    }

    /// The number of selected workspaces, and of all if some are left out.
    private var scope: String {
        let selected = overview.isFiltered ? "\(HumanFormat.number(total)) of " : ""
        return selected + HumanFormat.count(overview.report.workspaces.count, "workspace")
    }

    /// The overall state in one line.
    var state: HTML {
        switch overview.state {
        case .attention:
            let counts = [
                (overview.unhealthySources.count, "source", ""), (overview.workspacesDown.count, "workspace", " down"),
                (overview.endpointsNeedingAttention, "endpoint", ""),
            ].filter { $0.0 > 0 }.map { HumanFormat.count($0.0, $0.1) + $0.2 }
            let unknown = missing.map { "; \($0)" } ?? ""
            return line("Needs attention", counts.joined(separator: ", ") + unknown, "bad")
        case .unknown: return line("Unknown", missing ?? "", "")
        case .ok: return line("OK", "nothing needs attention in \(scope)", "good")
        }
    }

    private func line(_ state: String, _ text: String, _ kind: String) -> HTML {
        #"<p class="note \#(kind)" role="status"><strong>\#(state):</strong> \#(text).</p>\#n"#
    }

    var tiles: HTML {
        let listed = overview.workspaces.flatMap(\.exported)
        let statuses = listed.flatMap(\.summary.statuses)
        let counts = overview.counts
        func sum(_ phase: Phase) -> Int { counts.phases[phase, default: 0] }
        let running = statuses.reduce(0) { $0 + ($1.phase == .serving ? $1.records : 0) }
        let minutes = HumanFormat.duration(Attention.stuckAfterSeconds)
        return """
            <dl class="tiles">
            \(down)
            \(tile("Failed", sum(.failed), kind: "bad"))
            \(tile("Stuck", counts.attention[.stuck, default: 0], "longer than \(minutes)", kind: "bad"))
            \(tile("Suspended", sum(.suspended), kind: "warn"))
            \(tile("With error code", counts.withError, kind: "warn"))
            \(tile("In transition", sum(.inTransition)))
            \(tile("Endpoints", listed.reduce(0) { $0 + $1.counts.records }, "\(HumanFormat.number(running)) running"))
            \(capacity(listed))
            </dl>

            """
    }

    private var down: HTML {
        let states = overview.workspaces.map(\.state)
        let (down, pending) = (overview.workspacesDown.count, states.count { $0 == .pending })
        let stale = overview.workspaces.count(where: \.isStale)
        guard pending < total else {
            let reason = total == 0 ? missing ?? "" : "\(HumanFormat.number(pending)) of \(scope) pending"
            return PageParts.tile("Workspaces down", "–", reason)
        }
        var notes = [overview.isFiltered ? scope : "of \(scope)"]
        if pending > 0 { notes.append("\(HumanFormat.number(pending)) pending") }
        if stale > 0 { notes.append("\(HumanFormat.number(stale)) stale") }
        var failing = query
        failing.state = .failing
        return PageParts.tile(
            "Workspaces down", HumanFormat.number(down), notes.joined(separator: ", "), kind: down > 0 ? "bad" : "",
            link: down > 0 ? "\(failing.address(page: 1))#workspaces" : nil)
    }

    /// A tile with a number of endpoints.
    /// - Parameter kind: the class if the number is not 0.
    private func tile(_ title: String, _ number: Int, _ note: String = "", kind: String? = nil) -> HTML {
        guard withData > 0 else { return PageParts.tile(title, "–", missing ?? "") }
        let isShown = kind != nil && number > 0
        return PageParts.tile(
            title, HumanFormat.number(number), [note, counted].filter { !$0.isEmpty }.joined(separator: ", "),
            kind: isShown ? kind ?? "" : "", link: isShown ? "#problems" : nil)
    }

    /// The number of workspaces that a number is from, unless it is from all.
    private var counted: String {
        if withData < total {
            return "from \(HumanFormat.number(withData)) of \(HumanFormat.count(total, "workspace"))"
        }
        return overview.isFiltered ? scope : ""
    }

    private func capacity(_ listed: [ListingStatus.ExportedData]) -> [HTML] {
        guard withData > 0 else { return [PageParts.tile("Reserved", "–", missing ?? "")] }
        return ListingSummary.units.compactMap { unit in
            let capacities = listed.flatMap(\.summary.capacities).filter { $0.unit == unit }
            if capacities.isEmpty { return nil }
            func sum(_ amount: (ListingSummary.Capacity) -> Int64) -> String {
                HumanFormat.number(Int64(clamping: capacities.reduce(Int128(0)) { $0 + Int128(amount($1)) }))
            }
            return PageParts.tile(
                "Reserved \(unit)", sum(\.reserved),
                ["max \(sum(\.maximum))", counted].filter { !$0.isEmpty }.joined(separator: ", "))
        }
    }
}
