// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// The overall state and the tiles of the overview. What is not known is `–` with a reason.
struct OverviewTiles {
    let overview: StatusOverview
    let query: StatusQuery
    let parts: PageParts

    private var total: Int { overview.workspaces.count }
    private var withData: Int { total - overview.withoutData }
    private var all: Int { overview.report.workspaces.count }

    /// The missing data; nil if all workspaces have data.
    var missing: Phrase? {
        if all == 0 { return .noWorkspaces }
        if total == 0 { return .noneMatch(of: all) }
        return withData == total ? nil : .noData(from: total - withData, of: total)
    }

    /// The number of selected workspaces, and of all if some are left out.
    private var scope: Phrase { overview.isFiltered ? .workspaces(total, of: all) : .workspaces(all) }

    /// The overall state in one line.
    var state: HTML {
        switch overview.state {
        case .attention:
            let text = Phrase.needsAttention(
                reloadFailed: overview.report.reload.failure != nil, sources: overview.unhealthySources.count,
                workspacesDown: overview.workspacesDown.count, endpoints: overview.endpointsNeedingAttention,
                missing: missing)
            return line(.needsAttention, text, "bad")
        case .unknown: return line(.unknown, missing ?? .none, "")
        case .ok: return line(.ok, .nothingNeedsAttention(in: scope), "good")
        }
    }

    private func line(_ state: Phrase, _ text: Phrase, _ kind: String) -> HTML {
        """
        <p class="note \(kind)" role="status"><strong>\(parts(state))\(parts(.colon))</strong> \(parts(text))\(parts(.stop))</p>

        """
    }

    var tiles: HTML {
        let (totals, counts) = (overview.totals, overview.counts)
        func sum(_ phase: Phase) -> Int { counts.phases[phase, default: 0] }
        let threshold = HumanFormat.duration(Attention.stuckAfterSeconds)
        let inTransition = EndpointStatus.table.filter { $0.phase == .inTransition }.map {
            (name: "status", value: $0.status.rawValue)
        }
        return """
            <dl class="tiles">
            \(down)
            \(tile(.name(of: .failed), sum(.failed), nil, kind: "bad", [("attention", "failed")]))
            \(tile(
                .name(of: .stuck), counts.attention[.stuck, default: 0], .longerThan(threshold), kind: "bad",
                [("attention", "stuck")]))
            \(tile(.name(of: .suspended), sum(.suspended), nil, kind: "warn", [("attention", "suspended")]))
            \(tile(.withErrorCode, counts.withError, nil, kind: "warn", [("attention", "error")]))
            \(tile(.inTransition, sum(.inTransition), nil, inTransition + [("visibility", "PRIVATE")]))
            \(tile(.endpoints, totals?.records ?? 0, .running(totals?.running ?? 0), []))
            \(capacity(totals))
            </dl>

            """
    }

    private var down: HTML {
        let states = overview.workspaces.map(\.state)
        let (down, pending) = (overview.workspacesDown.count, states.count { $0 == .pending })
        let stale = overview.workspaces.count(where: \.isStale)
        guard pending < total else {
            return parts.tile(.workspacesDown, "–", total == 0 ? missing : .pending(pending, of: scope))
        }
        var notes = [overview.isFiltered ? scope : .of(scope)]
        if pending > 0 { notes.append(.pending(pending)) }
        if stale > 0 { notes.append(.stale(stale)) }
        var failing = query
        failing.state = .failing
        let link = "\(parts.options.address("", failing.pairs()))#workspaces"
        return parts.tile(
            .workspacesDown, HumanFormat.number(down), .list(notes), kind: down > 0 ? "bad" : "",
            link: down > 0 ? link : nil)
    }

    /// A tile with a number of endpoints.
    /// - Parameters:
    ///   - kind: the class if the number is not 0.
    ///   - list: the parameters that select these endpoints in their list.
    private func tile(
        _ title: Phrase, _ number: Int, _ note: Phrase?, kind: String = "", _ list: [(name: String, value: String)]
    ) -> HTML {
        guard withData > 0 else { return parts.tile(title, "–", missing) }
        let notes = [note, counted].compactMap { $0 }
        let link = parts.options.address("endpoints", query.selectingPairs(textName: "workspace") + list)
        return parts.tile(
            title, HumanFormat.number(number), notes.isEmpty ? nil : .list(notes), kind: number > 0 ? kind : "",
            link: number > 0 ? link : nil)
    }

    /// The number of workspaces that a number is from; nil if it is from all.
    private var counted: Phrase? {
        if withData < total { return .from(withData, of: total) }
        return overview.isFiltered ? scope : nil
    }

    private func capacity(_ totals: EndpointTotals?) -> [HTML] {
        guard let totals else { return [parts.tile(.reserved, "–", missing)] }
        let capacities = totals.capacities.map { capacity in
            let notes = [.maximum(HumanFormat.number(capacity.maximum)), counted].compactMap { $0 }
            return parts.tile(
                .reserved(capacity.unit), HumanFormat.number(capacity.reserved), .list(notes), link: "#workspaces")
        }
        let resources = totals.resources.map { resource in
            parts.tile(
                .configured(resource.name), HumanFormat.range(resource.minimum, resource.maximum),
                .list([.minimumAndMaximum, counted].compactMap { $0 }), link: "#workspaces")
        }
        return capacities + resources
    }
}
