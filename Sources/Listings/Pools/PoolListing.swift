// SPDX-License-Identifier: Apache-2.0
package import Base
package import Exposition
package import Fabric

/// The compute pools of a workspace of ``APIVersion/v2``. The list is complete or not published; what is queried for
/// each running pool is absent if its query fails.
package struct PoolListing: Listing {
    package static let name = "pools"
    package static let title = Phrase("Compute pools", "计算资源池")
    package static let record = "pool"
    package static let operation = APIOperation("list_pools")
    package static let permission = Phrase(
        "the IAM actions for listing compute pools and reading their use on this workspace (probably "
            + "`DataArtsFabric:workspace:listCompute`; the names for API v2 are not documented; the system policy "
            + "`DataArtsFabricReadOnlyPolicy` contains them)",
        "列出计算资源池及读取其使用情况的授权项（范围为该工作空间；可能是 `DataArtsFabric:workspace:listCompute`，文档未给出 API v2 的名称，"
            + "系统策略 `DataArtsFabricReadOnlyPolicy` 包含它们）")
    package static let familyGroups = [PoolFamilies.familyGroup]

    package typealias Memory = PoolMemory

    package let workspace: Workspace
    private let request: ListRequest
    private let settings: ListingSettings

    package init(of workspace: Workspace, settings: ListingSettings) {
        self.workspace = workspace
        self.settings = settings
        request = ListRequest(
            Self.operation, baseURL: workspace.baseURL,
            path: ["v2", "workspaces", workspace.key.workspaceID, "computes"])
    }

    /// Reads the list, then the use of its running pools; see ``Listing``.
    package func read(
        through client: SourceClient, _ turn: PollTurn, memory: PoolMemory?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: PoolMemory) {
        let settings = settings
        var listed = try await RowLister(client: client, request: request).list(turn) {
            PoolTally(settings: settings, memory: memory ?? PoolMemory())
        }
        listed.fold.close(at: client.now)
        let use = await PoolUse.read(of: listed.fold.pools, in: workspace, through: client, turn)
        return (snapshot(of: listed, use, now: client.wallTime), listed.fold.memory.next())
    }

    /// Reads the first page of the list, and the use of the first running pool on it; see ``Listing``.
    package func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe {
        let turn = client.turn(of: workspace.key.workspaceID)
        let settings = settings
        var page = try await RowLister(client: client, request: request).firstPage(turn) {
            PoolTally(settings: settings, memory: PoolMemory())
        }
        page.listed.fold.close(at: client.now)
        let running = page.listed.fold.pools.filter(\.isRunning)
        if let first = running.first { try await PoolUse.probe(first, in: workspace, through: client, turn) }
        // One for the allocatable capacity, and one for each measured resource.
        let queries = running.reduce(0) { $0 + 1 + $1.measured.count }
        let use = running.reduce(0) { $0 + $1.capacity.count + 2 * $1.measured.count }
        let snapshot = snapshot(of: page.listed, nil, now: client.wallTime)
        return ListingProbe(
            records: page.count, requests: page.requests + queries, series: snapshot.fragment.samples + use,
            isExact: page.isWhole && running.isEmpty, skippedRecords: page.listed.skippedRecords,
            malformedFields: page.listed.malformedFields)
    }

    /// Returns the snapshot of a closed list.
    /// - Parameter use: nil if it was not queried.
    private func snapshot(of listed: ListedRows<PoolTally>, _ use: PoolUse?, now: Timestamp) -> ListingSnapshot {
        let tally = listed.fold
        var builder = FragmentBuilder(labels: workspace.labels)
        PoolSamples(tally: tally, use: use).write(to: &builder)
        var counts = ListingSnapshot.Counts(listed, cutValues: tally.cutValues)
        counts.malformedFields += use?.malformedFields ?? 0
        var details: [RecordDetail] = []
        if settings.details != .none { details = tally.pools.compactMap(\.detail) }
        for index in details.indices {
            details[index].since = min(details[index].since, now)
            details[index].createTime = details[index].createTime.map { min($0, now) }
        }
        return ListingSnapshot(
            of: Self.self, counts: counts, summary: ListingSummary(tally, use), details: details,
            records: tally.records(now: now), builder)
    }
}

extension ListingSummary {
    fileprivate init(_ tally: PoolTally, _ use: PoolUse?) {
        var statuses: [String: Int] = [:]
        for (key, series) in tally.memory.counts.series where series.value > 0 {
            statuses[tally.memory.statuses[key.status], default: 0] += series.value
        }
        self.init(
            statuses: statuses.sorted { $0.key < $1.key }.map {
                StatusCount(status: $0.key, phase: PoolStatus.phase(of: $0.key), records: $0.value)
            },
            withError: tally.withError, droppedDetails: tally.dropped)
        failedQueries = PoolQuery.allCases.compactMap { query in
            use?.failures[query].map { FailedQuery(query: query, count: $0.count, failure: $0.last) }
        }
    }
}
