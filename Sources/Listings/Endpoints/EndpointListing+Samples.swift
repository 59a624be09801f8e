// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

extension EndpointListing {
    static func write(_ details: [RecordDetail], to builder: inout FragmentBuilder) {
        builder.add(DetailFamilies.statusSince) { writer in
            for detail in details {
                writer.sample(
                    .microseconds(detail.since.microseconds),
                    [
                        "endpoint_id": detail.id.text, "endpoint_name": detail.name, "endpoint_type": detail.type,
                        "status": detail.status, "visibility": detail.visibility,
                    ])
            }
        }
        builder.add(DetailFamilies.error) { writer in
            for detail in details where detail.errorCode != nil {
                writer.sample(
                    .integer(1),
                    [
                        "endpoint_id": detail.id.text, "endpoint_name": detail.name, "endpoint_type": detail.type,
                        "status": detail.status, "visibility": detail.visibility,
                        "error_code": detail.errorCode,
                    ])
            }
        }
        builder.add(DetailFamilies.info) { writer in
            for detail in details {
                writer.sample(
                    .integer(1),
                    [
                        "endpoint_id": detail.id.text, "endpoint_name": detail.name, "endpoint_type": detail.type,
                        "owner": detail.owner, "owner_id": detail.ownerID, "cap_id": detail.capID,
                        "cap_version_id": detail.capVersionID,
                    ])
            }
        }
    }

    static func write(_ tally: EndpointTally, to builder: inout FragmentBuilder) {
        let memory = tally.memory
        let (types, statuses) = (memory.types.ranks(), memory.statuses.ranks())
        let (visibilities, errorCodes) = (memory.visibilities.ranks(), memory.errorCodes.ranks())
        let specCodes = memory.specCodes.ranks()
        /// One number for the places of all values, because thousands of keys are compared.
        func rank(_ key: EndpointSeries) -> UInt128 {
            let codes = key.unit == nil ? errorCodes : specCodes
            return [
                types[Int(key.type)], statuses[Int(key.status)], visibilities[Int(key.visibility)],
                codes[Int(key.value)],
            ].reduce(0) { $0 << 31 | UInt128($1) } << 1 | (key.isPublic ? 1 : 0)
        }
        func sorted<Value>(_ samples: [EndpointSeries: Value]) -> [(key: EndpointSeries, value: Value)] {
            samples.map { (rank: rank($0.key), sample: (key: $0.key, value: $0.value)) }
                .sorted { $0.rank < $1.rank }.map(\.sample)
        }
        func write<Value>(
            _ family: MetricFamily, _ samples: [(key: EndpointSeries, value: Value)], _ read: (Value) -> SampleValue
        ) {
            builder.add(family) { writer in
                for (key, value) in samples {
                    writer.sample(
                        read(value),
                        [
                            "endpoint_type": memory.types[key.type], "status": memory.statuses[key.status],
                            "visibility": memory.visibilities[key.visibility],
                            key.unit == nil ? "error_code" : "spec_code": memory.values(of: key)[key.value],
                            "public_resource": key.unit == .dpu ? "\(key.isPublic)" : nil,
                        ])
                }
            }
        }
        write(EndpointFamilies.endpoints, sorted(memory.counts.series)) { .integer(Int64($0.value)) }
        write(EndpointFamilies.withError, sorted(tally.errors)) { .integer(Int64($0)) }
        write(EndpointFamilies.oldestTransition, sorted(tally.oldestTransitions)) { .microseconds($0.microseconds) }
        let capacities = sorted(memory.capacities.series)
        for (unit, reserved, maximum) in CapacityFamilies.byUnit {
            let sums = capacities.filter { $0.key.unit == unit }
            write(reserved, sums) { .integer(Int64(clamping: $0.value.reserved)) }
            if let maximum { write(maximum, sums) { .integer(Int64(clamping: $0.value.maximum)) } }
        }
    }
}

extension ListingSummary {
    init(_ tally: EndpointTally) {
        let memory = tally.memory
        var statuses: [UInt32: Int] = [:]
        for (key, series) in memory.counts.series { statuses[key.status, default: 0] += series.value }
        let ranks = memory.statuses.ranks()
        let counts = statuses.filter { $0.value > 0 }.sorted { ranks[Int($0.key)] < ranks[Int($1.key)] }
            .map {
                StatusCount(
                    status: memory.statuses[$0.key], phase: memory.phase(ofStatus: $0.key), records: $0.value)
            }
        let units: [(unit: CapacityUnit, name: String)] = [(.apu, "APU"), (.dpu, "DPU"), (.mu, "MU")]
        let capacities: [Capacity] = units.compactMap { unit, name in
            var sum = CapacitySum()
            for (key, series) in memory.capacities.series where key.unit == unit {
                sum.reserved += series.value.reserved
                sum.maximum += series.value.maximum
            }
            if sum == CapacitySum() { return nil }
            return Capacity(unit: name, reserved: Int64(clamping: sum.reserved), maximum: Int64(clamping: sum.maximum))
        }
        self.init(
            statuses: counts, capacities: capacities, withError: tally.errors.values.reduce(0, +),
            droppedDetails: tally.details.dropped)
    }
}
