// SPDX-License-Identifier: Apache-2.0
package import Base
package import Exposition
package import Fabric

/// The listing of the service instances of a workspace.
package struct ServiceInstanceListing: PagedListing {
    package static let name = "service_instances"
    package static let title = Phrase("Service instances", "服务实例")
    package static let record = "service_instance"
    package static let usesServicesURL = true
    package static let operation = APIOperation("list_service_instances")
    package static let permission = Phrase(
        "the IAM actions `DataArtsFabric:service:listInstance` and `DataArtsFabric:workspace:list` on this workspace",
        "授权项 `DataArtsFabric:service:listInstance` 和 `DataArtsFabric:workspace:list`（范围为该工作空间）")
    package static let familyGroups = [ServiceInstanceFamilies.familyGroup]

    package typealias Memory = ServiceInstanceMemory

    package let workspace: Workspace
    package let request: ListRequest
    package var maximumDetails: Int { settings.maximumDetails }
    private let settings: ListingSettings

    package init(of workspace: Workspace, settings: ListingSettings) {
        self.workspace = workspace
        self.settings = settings
        request = ListRequest(
            Self.operation, baseURL: settings.servicesURL ?? workspace.baseURL,
            path: ["v1", "workspaces", workspace.key.workspaceID, "services", "instances"])
    }

    package func fold(memory: ServiceInstanceMemory?) -> ServiceInstanceTally {
        ServiceInstanceTally(settings: settings, memory: memory ?? ServiceInstanceMemory())
    }

    package func snapshot(
        of listed: ListedRows<ServiceInstanceTally>, now: Timestamp, instant: ContinuousClock.Instant
    ) -> (snapshot: ListingSnapshot, memory: ServiceInstanceMemory) {
        var tally = listed.fold
        tally.close(now: now, at: instant)
        var builder = FragmentBuilder(labels: workspace.labels)
        Self.write(tally, to: &builder)
        let details = tally.details.details(now: now)
        Self.write(details, to: &builder)
        let snapshot = ListingSnapshot(
            of: Self.self, counts: ListingSnapshot.Counts(listed, cutValues: tally.cutValues),
            summary: ListingSummary(tally), details: details, records: tally.records(now: now), builder)
        return (snapshot, tally.memory.next(errors: tally.errors.keys))
    }

    private static func write(_ tally: ServiceInstanceTally, to builder: inout FragmentBuilder) {
        let memory = tally.memory
        func write(
            _ family: MetricFamily, _ keys: some Sequence<ServiceInstanceSeries>,
            _ value: (ServiceInstanceSeries) -> SampleValue
        ) {
            let series = keys.map { key in
                let texts = [
                    memory.types[key.type], memory.statuses[key.status], memory.visibilities[key.visibility],
                    memory.errorCodes[key.errorCode],
                ]
                return (key: key, texts: texts)
            }
            builder.add(family) { writer in
                for (key, texts) in series.sorted(by: { $0.texts.lexicographicallyPrecedes($1.texts) }) {
                    let errorCode = texts[3].isEmpty ? nil : texts[3]
                    writer.sample(
                        value(key),
                        [
                            "service_type": texts[0], "status": texts[1], "visibility": texts[2],
                            "error_code": errorCode,
                        ])
                }
            }
        }
        write(ServiceInstanceFamilies.instances, memory.counts.series.keys) { .integer(Int64(memory.counts[$0])) }
        write(ServiceInstanceFamilies.withError, tally.errors.keys) { .integer(Int64(tally.errors[$0] ?? 0)) }
        write(ServiceInstanceFamilies.oldestTransition, tally.oldestTransitions.keys) {
            .microseconds(tally.oldestTransitions[$0]?.microseconds ?? 0)
        }
    }

    private static func write(_ details: [RecordDetail], to builder: inout FragmentBuilder) {
        builder.add(ServiceInstanceFamilies.statusSince) { writer in
            for detail in details {
                writer.sample(
                    .microseconds(detail.since.microseconds),
                    [
                        "service_instance_id": detail.id.text, "service_instance_name": detail.name,
                        "endpoint_id": detail.endpointID, "service_type": detail.type, "status": detail.status,
                        "visibility": detail.visibility,
                    ])
            }
        }
    }
}

extension ListingSummary {
    fileprivate init(_ tally: ServiceInstanceTally) {
        let memory = tally.memory
        var statuses: [UInt32: Int] = [:]
        for (key, series) in memory.counts.series { statuses[key.status, default: 0] += series.value }
        let counts = statuses.filter { $0.value > 0 }
            .map { (status: memory.statuses[$0.key], records: $0.value) }.sorted { $0.status < $1.status }
        self.init(
            statuses: counts.map {
                StatusCount(
                    status: $0.status, phase: ServiceInstanceStatus.phase(of: $0.status), records: $0.records)
            },
            withError: tally.errors.values.reduce(0, +), droppedDetails: tally.details.dropped)
    }
}
