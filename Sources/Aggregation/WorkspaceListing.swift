// SPDX-License-Identifier: Apache-2.0
public import Exposition
public import FabricModel

/// What a complete listing says of a workspace; immutable, and rendered once.
public struct WorkspaceListing: Sendable {
    /// What a listing counts beside its rows.
    public struct Counts: Sendable, Equatable {
        /// Distinct endpoints.
        public var endpoints: Int
        /// Records without a usable id.
        public var skippedRecords: Int
        /// Fields of a wrong type, or unreadable times.
        public var malformedFields: Int

        /// Counts of these numbers.
        public init(endpoints: Int, skippedRecords: Int, malformedFields: Int) {
            self.endpoints = endpoints
            self.skippedRecords = skippedRecords
            self.malformedFields = malformedFields
        }
    }

    /// Every domain series, rendered.
    public let fragment: Fragment
    /// What the listing counted.
    public let counts: Counts
    /// The endpoints served one by one, ordered by id.
    public let details: [EndpointDetail]
    /// The same in a few numbers.
    public let summary: ListingSummary
    /// What the next listing is to know.
    public let memory: WorkspaceMemory

    /// The listing that `tally` was folded from.
    /// - Parameters:
    ///   - labels: the workspace's labels.
    ///   - now: the end of the poll; stands in where an endpoint has no time of its own.
    public init(tally: EndpointTally, counts: Counts, labels: [Label], now: Timestamp) {
        var details = tally.details.kept
        for index in details.indices where details[index].since == StatusMemory.thisPoll {
            details[index].since = now
        }
        var memory = WorkspaceMemory()
        memory.statuses = tally.statuses
        memory.statuses.resolve(thisPoll: now)
        memory.counted = Set(tally.counts.cells.map(\.key))
        memory.capacities = Set(tally.capacities.cells.map(\.key))
        self.counts = counts
        summary = ListingSummary(tally)
        self.details = details
        self.memory = memory
        var builder = FragmentBuilder(labels: labels)
        Self.renderCounts(tally, counts, now: now, into: &builder)
        Self.renderCapacities(tally.capacities.cells, into: &builder)
        Self.renderDetails(details, dropped: tally.details.dropped, into: &builder)
        fragment = builder.build()
    }

    private static func renderCounts(
        _ tally: EndpointTally, _ counts: Counts, now: Timestamp, into builder: inout FragmentBuilder
    ) {
        builder.add(EndpointFamilies.endpoints) { writer in
            for cell in tally.counts.cells.sorted(by: { $0.key < $1.key }) {
                let (key, count) = (cell.key, cell.value)
                writer.sample(
                    .integer(Int64(count)),
                    ["endpoint_type": key.type.text, "status": key.status.text, "visibility": key.visibility.text])
            }
        }
        builder.add(EndpointFamilies.withError) { writer in
            for cell in tally.errors.cells.sorted(by: { $0.key < $1.key }) {
                let (key, count) = (cell.key, cell.value)
                writer.sample(
                    .integer(Int64(count)),
                    ["endpoint_type": key.type.text, "status": key.status.text, "error_code": key.code.text])
            }
        }
        builder.add(EndpointFamilies.oldestTransition) { writer in
            for cell in tally.oldestTransitions.cells.sorted(by: { $0.key < $1.key }) {
                let key = cell.key
                let since = cell.value == StatusMemory.thisPoll ? now : cell.value
                writer.sample(
                    .microseconds(since.microseconds), ["endpoint_type": key.type.text, "status": key.status.text])
            }
        }
        builder.add(EndpointFamilies.listed, .integer(Int64(counts.endpoints)))
        builder.add(EndpointFamilies.skippedRecords, .integer(Int64(counts.skippedRecords)))
        builder.add(EndpointFamilies.malformedFields, .integer(Int64(counts.malformedFields)))
    }

    private static func renderCapacities(
        _ capacities: [CellTable<CapacityKey, CapacitySum>.Cell], into builder: inout FragmentBuilder
    ) {
        let sorted = capacities.sorted { $0.key < $1.key }
        func add(_ family: MetricFamily, _ unit: CapacityKey.Unit, _ amount: KeyPath<CapacitySum, Int128>) {
            builder.add(family) { writer in
                for cell in sorted where cell.key.unit == unit {
                    let (key, sum) = (cell.key, cell.value)
                    writer.sample(
                        .integer(Int64(clamping: sum[keyPath: amount])),
                        [
                            "endpoint_type": key.type.text, "status": key.status.text,
                            "spec_code": key.specCode?.text,
                            "public_resource": unit == .dpu ? String(key.isPublic) : nil,
                        ])
                }
            }
        }
        add(CapacityFamilies.apuReserved, .apu, \.reserved)
        add(CapacityFamilies.apuMax, .apu, \.maximum)
        add(CapacityFamilies.dpuReserved, .dpu, \.reserved)
        add(CapacityFamilies.dpuMax, .dpu, \.maximum)
        add(CapacityFamilies.muReserved, .mu, \.reserved)
        add(CapacityFamilies.muMax, .mu, \.maximum)
        add(CapacityFamilies.rayHeads, .rayHead, \.reserved)
        add(CapacityFamilies.rayWorkersMin, .rayWorker, \.reserved)
        add(CapacityFamilies.rayWorkersMax, .rayWorker, \.maximum)
    }

    private static func renderDetails(
        _ details: [EndpointDetail], dropped: Int, into builder: inout FragmentBuilder
    ) {
        builder.add(DetailFamilies.statusSince) { writer in
            for detail in details {
                writer.sample(
                    .microseconds(detail.since.microseconds),
                    [
                        "endpoint_id": detail.id.text, "endpoint_name": detail.name, "endpoint_type": detail.type.text,
                        "status": detail.status.rawValue, "visibility": detail.visibility.text,
                    ])
            }
        }
        builder.add(DetailFamilies.error) { writer in
            for detail in details {
                guard let code = detail.errorCode else { continue }
                writer.sample(
                    .integer(1),
                    [
                        "endpoint_id": detail.id.text, "endpoint_name": detail.name, "endpoint_type": detail.type.text,
                        "status": detail.status.rawValue, "error_code": code.text,
                    ])
            }
        }
        builder.add(DetailFamilies.dropped, .integer(Int64(dropped)))
    }
}
