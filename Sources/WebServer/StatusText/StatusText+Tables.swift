// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

extension StatusDocument.Workspace {
    var isDown: Bool { state == ListingStatus.State.failing.rawValue }

    /// The end of the first failed poll since the last success; nil while up.
    var downSince: Timestamp? { listings.compactMap { $0.failingSince?.time }.min() }

    /// The last poll of the first failing listing.
    var failure: StatusDocument.CompletedPoll? {
        listings.first { $0.state == ListingStatus.State.failing.rawValue }?.polls.first
    }
}

// The tables of workspaces and sources.
extension StatusText {
    // MARK: Workspaces

    var workspaces: [String] {
        let all = document.workspaces
        if all.isEmpty { return [self(.noneConfigured)] }
        var columns: [TerminalTable.Column] = [
            .shrinking(self(.workspace)), .shrinking(self(.source)), .text(self(.polling)), .text(self(.dataAge)),
            .number(self(.records)),
        ]
        if isWide { columns += [.text("ID"), .text(self(.byStatus)), .text(self(.reservedOrConfigured))] }
        var table = TerminalTable(columns)
        for workspace in worstFirst(all).prefix(Self.maximumWorkspaces) { add(workspace, to: &table) }
        let more = all.count > Self.maximumWorkspaces ? [self(.showing(Self.maximumWorkspaces, of: all.count))] : []
        return table.lines(columns: self.columns) + more
    }

    private func worstFirst(_ workspaces: [StatusDocument.Workspace]) -> [StatusDocument.Workspace] {
        func rank(_ workspace: StatusDocument.Workspace) -> Int {
            switch ListingStatus.State(rawValue: workspace.state) {
            case .failing, nil: 0
            case .pending: 2
            case .ok:
                workspace.listings.contains {
                    $0.listing == EndpointListing.name && $0.served?.problems.isEmpty == false
                } ? 1 : 3
            }
        }
        let keys = workspaces.map { (rank($0), HumanFormat.naturalKey($0.name ?? $0.workspaceId)) }
        return workspaces.indices.sorted { (keys[$0].0, keys[$0].1, $0) < (keys[$1].0, keys[$1].1, $1) }
            .map { workspaces[$0] }
    }

    private func add(_ workspace: StatusDocument.Workspace, to table: inout TerminalTable) {
        let served = workspace.listings.compactMap { listing in listing.served.map { (name: listing.listing, data: $0) }
        }
        let isStale = workspace.listings.contains { $0.isStale == true }
        // Other listings have statuses of the same names, and longer intervals.
        let endpoints = served.filter { $0.name == EndpointListing.name }
        let statuses = endpoints.flatMap(\.data.byStatus).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        let capacities = served.flatMap(\.data.capacity).map { capacity in
            let maximum =
                capacity.maximum > capacity.reserved ? " (\(self(.maximum(HumanFormat.number(capacity.maximum)))))" : ""
            return "\(HumanFormat.number(capacity.reserved)) \(capacity.unit)\(maximum)"
        }
        let resources = served.flatMap { $0.data.resources ?? [] }.map {
            self(.configured($0.resource, HumanFormat.range($0.minimum, $0.maximum)))
        }
        let records =
            served.count == 1
            ? HumanFormat.number(served[0].data.records)
            : served.map { self(.records($0.data.records, $0.name)) }.joined(separator: ", ")
        let cells = [
            workspace.name ?? workspace.workspaceId, workspace.source, health(of: workspace),
            endpoints.map(\.data.ageSeconds).max().map { self(duration($0)) } ?? self(isStale ? .stale : .noData),
            served.isEmpty ? "–" : records,
        ]
        let more = [
            statuses.map { "\($0.key) \(HumanFormat.number($0.value))" }.joined(separator: ", "),
            (capacities + resources).joined(separator: ", "),
        ]
        add(cells, [workspace.workspaceId] + more, details: more, to: &table)
    }

    /// Adds a row.
    /// - Parameters:
    ///   - more: the texts of the columns that only a wide table has.
    ///   - details: what a narrow table has of them, in one text under the row.
    private func add(_ cells: [String], _ more: [String], details: [String], to table: inout TerminalTable) {
        if isWide { return table.add(cells + more) }
        let texts = details.filter { !$0.isEmpty }
        table.add(cells, details: texts.isEmpty ? [] : [texts.joined(separator: " · ")])
    }

    func health(of workspace: StatusDocument.Workspace) -> String {
        guard let state = ListingStatus.State(rawValue: workspace.state) else { return workspace.state }
        guard state == .failing, let reason = workspace.failure?.reason else { return self(.name(of: state)) }
        return FailureReason(rawValue: reason).map { self(.failing($0)) } ?? reason
    }

    // MARK: Sources

    var sources: [String] {
        var columns: [TerminalTable.Column] = [
            .shrinking(self(.source)), .shrinking(self(.region)), .text(self(.state)), .number(self(.requests)),
            .number(self(.workspaces)),
        ]
        let hasQuotas = document.sources.contains { $0.quotas != nil }
        if isWide {
            columns += [.text(self(.discovery)), .text(self(.credential))]
            if hasQuotas { columns.append(.text(self(.quotas))) }
        }
        var table = TerminalTable(columns)
        for source in document.sources {
            let cells = [
                source.name, source.region ?? "", health(of: source), requests(of: source),
                HumanFormat.number(workspaces(of: source).count),
            ]
            let more = [source.discovery.map(discovery) ?? "", source.credential.map(credential) ?? ""]
            let quotas = source.quotas.map(quotas)
            add(
                cells, more + (hasQuotas ? [quotas ?? ""] : []),
                details: more + (quotas.map { [titled(.quotas, Phrase($0))] } ?? []), to: &table)
        }
        return table.lines(columns: self.columns)
    }

    func workspaces(of source: StatusDocument.Source) -> [StatusDocument.Workspace] {
        document.workspaces.filter { $0.source == source.name }
    }

    func health(of source: StatusDocument.Source) -> String {
        SourceHealth(rawValue: source.state).map { self(.name(of: $0)) } ?? source.state
    }

    private func discovery(_ discovery: StatusDocument.Discovery) -> String {
        var texts: [Phrase] = []
        if let reason = discovery.reason {
            texts.append(FailureReason(rawValue: reason).map { .failing($0) } ?? Phrase(reason))
        }
        if let found = discovery.workspaces {
            texts.append(.found(found))
            if let selected = discovery.selected, let excluded = discovery.excluded, excluded > 0 {
                texts += [.selected(selected), .excluded(excluded)]
            }
        }
        if let last = discovery.lastSuccess { texts.append(HumanFormat.moment(last.time, now: now)) }
        return self(texts.isEmpty ? .name(of: ListingStatus.State.pending) : .list(texts))
    }

    private func quotas(_ quotas: StatusDocument.Quotas) -> String {
        var texts: [Phrase] = []
        if let reason = quotas.reason {
            texts.append(FailureReason(rawValue: reason).map { .failing($0) } ?? Phrase(reason))
            if let since = quotas.failingSince { texts.append(.downSince(HumanFormat.absolute(since.time))) }
        }
        if quotas.isStale == true { texts.append(.stale) }
        if let resources = quotas.resources {
            let near = resources.filter { Quota(resource: $0.resource, used: $0.used, limit: $0.limit).isNearLimit }
            texts += near.prefix(QuotaCell.maximumNames).map {
                .quota($0.resource, used: $0.used ?? 0, limit: $0.limit ?? 0)
            }
            let further = near.count - QuotaCell.maximumNames
            if further > 0 { texts.append(.furtherQuotas(further)) }
            texts.append(.quotas(resources.count))
        }
        if let last = quotas.lastSuccess { texts.append(HumanFormat.moment(last.time, now: now)) }
        return self(texts.isEmpty ? .name(of: ListingStatus.State.pending) : .list(texts))
    }

    private func credential(_ credential: StatusDocument.Credential) -> String {
        var texts = [Phrase(credential.kind)]
        if credential.agency == true { texts.append(Phrase("assume_agency")) }
        if let end = credential.expiresAt?.time {
            let moment = HumanFormat.moment(end, now: now)
            texts.append(end < now ? .expired(moment) : .expires(moment))
        }
        return self(.list(texts))
    }

    private func requests(of source: StatusDocument.Source) -> String {
        guard let sent = source.requestsPerMinute else { return "–" }
        guard let limit = source.requestsPerMinuteLimit else { return HumanFormat.number(sent) }
        return self(.limited(HumanFormat.number(sent), HumanFormat.number(Int(exactly: limit.rounded()) ?? .max)))
    }

    /// The explanation of a source's health, with numbers.
    func explanation(of source: StatusDocument.Source) -> Phrase {
        let own = workspaces(of: source)
        let down = own.filter(\.isDown)
        let downText = Phrase.down(down.count, of: own.count)
        switch SourceHealth(rawValue: source.state) {
        case .lockedOut:
            guard let probe = source.lockedOutUntil?.time else { return downText }
            return .joined(.credentialRejected(probe: HumanFormat.next(probe, now: now)), downText)
        case .noWorkspaces, .noneDiscovered: return warning(of: source)
        case .down:
            return .reasons(downText, Set(down.compactMap { $0.failure?.reason.flatMap(FailureReason.init) }).sorted())
        case .discoveryFailing: return .discoveryFailed(source.discovery?.reason ?? "")
        case .overloaded:
            guard let round = source.roundSeconds, let interval = document.poll?.intervalSeconds else {
                return downText
            }
            return .overloaded(round: duration(round), interval: duration(interval))
        case .throttled:
            guard let until = source.throttledUntil?.time else { return downText }
            return .nextRequest(HumanFormat.next(until, now: now))
        case .partlyDown, .pending, .ok, nil: return downText
        }
    }

    /// The warning about discovery; the JSON has it in English only.
    private func warning(of source: StatusDocument.Source) -> Phrase {
        guard let discovery = source.discovery else { return Phrase(source.warning ?? "") }
        let warning: DiscoveryWarning?
        if let found = discovery.workspaces {
            warning = found == 0 ? .nothingFound : .nothingSelected(found: found)
        } else {
            warning = discovery.reason.flatMap { FailureReason(rawValue: $0) }.map { .neverSucceeded($0) }
        }
        return warning?.text(source: source.name) ?? Phrase(source.warning ?? "")
    }
}
