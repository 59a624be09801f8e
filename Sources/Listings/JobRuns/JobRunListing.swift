// SPDX-License-Identifier: Apache-2.0
package import Base
package import Exposition
package import Fabric

/// The job runs of a workspace. The list is unbounded, so it is not read: one request for each status counts its runs
/// and reads the oldest one, or the newest failed one.
package struct JobRunListing: Listing {
    package static let name = "job_runs"
    package static let title = Phrase("Job runs", "作业运行")
    package static let record = "job_run"
    package static let usesServicesURL = true
    package static let hasRecords = false
    package static let operation = APIOperation("list_job_runs")
    package static let permission = Phrase(
        "the IAM action for listing job runs on this workspace (its name is not documented; the system policy "
            + "`DataArtsFabricReadOnlyPolicy` contains it)",
        "列出作业运行的授权项（范围为该工作空间；文档未给出其名称，系统策略 `DataArtsFabricReadOnlyPolicy` 包含它）")
    package static let familyGroups = [JobRunFamilies.familyGroup]

    package let workspace: Workspace
    private let baseURL: String

    package init(of workspace: Workspace, settings: ListingSettings) {
        self.workspace = workspace
        baseURL = settings.servicesURL ?? workspace.baseURL
    }

    /// Returns the request for the runs in a status.
    private func request(_ status: String) -> ListRequest {
        ListRequest(
            Self.operation, baseURL: baseURL, path: ["v1", "workspaces", workspace.key.workspaceID, "jobs", "runs"],
            parameters: [
                "status": status, "sort_by": "CREATE_TIME", "order_by": status == JobRunStatus.failed ? "DESC" : "ASC",
            ])
    }

    /// Counts the runs of all statuses; see ``Listing``. One request after the other, so that a missing permission
    /// costs one request.
    package func read(
        through client: SourceClient, _ turn: PollTurn, memory: Void?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: Void) {
        let counter = RowCounter(client: client)
        let counts = try await counter.withTurn(turn) { () async throws(APIFailure) in
            var counts: [CountedRows<JobRunRow>] = []
            for (status, _) in JobRunStatus.table {
                let count = try await counter.count(request(status), of: JobRunRow.self, turn)
                if let first = count.first, first.status != status {
                    let received = first.status.map { KnownSecrets.shared.redacting($0) } ?? "none"
                    throw APIFailure(
                        .response,
                        "requested job runs with status \(status), received status \(received): the service ignores the "
                            + "filter")
                }
                counts.append(count)
            }
            return counts
        }
        return (snapshot(counts, now: client.wallTime), ())
    }

    /// Reads everything, because fewer requests count less; see ``Listing``.
    package func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe {
        let snapshot = try await read(through: client, client.turn(of: workspace.key.workspaceID), memory: nil).snapshot
        return ListingProbe(
            records: Int64(snapshot.counts.records), requests: JobRunStatus.table.count,
            series: snapshot.fragment.samples, isExact: true, skippedRecords: 0,
            malformedFields: snapshot.counts.malformedFields)
    }

    /// Returns the snapshot of the counts, which are in the order of the status table.
    private func snapshot(_ counts: [CountedRows<JobRunRow>], now: Timestamp) -> ListingSnapshot {
        let counted = zip(JobRunStatus.table, counts).map {
            (status: $0.status, phase: $0.phase, total: $1.total, first: $1.first)
        }.sorted { $0.status < $1.status }
        var summary = ListingSummary(
            statuses: counted.filter { $0.total > 0 }.map {
                .init(status: $0.status, phase: $0.phase, records: $0.total)
            })
        summary.oldestWaiting = counted.filter { JobRunStatus.waiting.contains($0.status) }
            .compactMap { $0.first?.createTime }.min().map { min($0, now) }
        summary.newestFailure = counted.first { $0.status == JobRunStatus.failed }?.first
            .flatMap { $0.updateTime ?? $0.createTime }.map { min($0, now) }
        var builder = FragmentBuilder(labels: workspace.labels)
        builder.add(JobRunFamilies.runs) { writer in
            for (status, _, total, _) in counted { writer.sample(.integer(Int64(total)), ["status": status]) }
        }
        if let time = summary.oldestWaiting {
            builder.add(JobRunFamilies.oldestWaiting, .microseconds(time.microseconds))
        }
        if let time = summary.newestFailure {
            builder.add(JobRunFamilies.newestFailure, .microseconds(time.microseconds))
        }
        return ListingSnapshot(
            of: Self.self,
            counts: .init(
                records: counts.reduce(0) { $0 + $1.total },
                malformedFields: counts.reduce(0) { $0 + $1.malformedFields }),
            summary: summary, details: [], builder)
    }
}
