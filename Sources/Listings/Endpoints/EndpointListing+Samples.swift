// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

extension EndpointListing {
    static func write(_ details: [RecordDetail], to builder: inout FragmentBuilder) {
        let endpoints = details.map {
            LabelText(["endpoint_id": $0.id.text, "endpoint_name": $0.name, "endpoint_type": $0.type])
        }
        let statuses = details.map { LabelText(["status": $0.status, "visibility": $0.visibility]) }
        builder.add(DetailFamilies.statusSince) { writer in
            for (index, detail) in details.enumerated() {
                writer.sample(.microseconds(detail.since.microseconds)) {
                    $0.add(endpoints[index])
                    $0.add(statuses[index])
                }
            }
        }
        builder.add(DetailFamilies.error) { writer in
            for (index, detail) in details.enumerated() where detail.errorCode != nil {
                writer.sample(.integer(1)) {
                    $0.add(endpoints[index])
                    $0.add(statuses[index])
                    $0.add(LabelText(["error_code": detail.errorCode]))
                }
            }
        }
        builder.add(DetailFamilies.info) { writer in
            for (index, detail) in details.enumerated() {
                let info = LabelText([
                    "owner": detail.owner, "owner_id": detail.ownerID, "cap_id": detail.capID,
                    "cap_version_id": detail.capVersionID, "pool_id": detail.poolID,
                ])
                writer.sample(.integer(1)) {
                    $0.add(endpoints[index])
                    $0.add(info)
                }
            }
        }
    }

    /// - Parameter tally: caches the ranks of its values for the next listing.
    static func write(_ tally: inout EndpointTally, to builder: inout FragmentBuilder) {
        let ranks = tally.memory.ranks()
        func sorted(_ keys: some Sequence<EndpointSeries>) -> [EndpointSeries] {
            // One number per key, because thousands of keys are compared.
            keys.map { (rank: ranks.rank($0), key: $0) }.sorted { $0.rank < $1.rank }.map(\.key)
        }
        let memory = tally.memory
        let texts = LabelTexts(memory)
        func write(_ family: MetricFamily, _ keys: [EndpointSeries], _ value: (EndpointSeries) -> SampleValue) {
            builder.add(family) { writer in
                for key in keys {
                    writer.sample(value(key)) {
                        $0.add(texts.types[Int(key.type)])
                        $0.add(texts.statuses[Int(key.status)])
                        $0.add(texts.visibilities[Int(key.visibility)])
                        $0.add((key.unit == nil ? texts.errorCodes : texts.specCodes)[Int(key.value)])
                        if key.unit == .dpu { $0.add(texts.publicResource[key.isPublic ? 1 : 0]) }
                    }
                }
            }
        }
        let (counts, errors, transitions) = (memory.counts, tally.errors, tally.oldestTransitions)
        write(EndpointFamilies.endpoints, sorted(counts.series.keys)) { .integer(Int64(counts[$0])) }
        write(EndpointFamilies.withError, sorted(errors.keys)) { .integer(Int64(errors[$0] ?? 0)) }
        write(EndpointFamilies.oldestTransition, sorted(transitions.keys)) {
            .microseconds(transitions[$0]?.microseconds ?? 0)
        }
        builder.add(EndpointFamilies.transitions) { writer in
            let (types, statuses) = (tally.memory.transitions.types, tally.memory.transitions.statuses)
            for (key, count) in tally.memory.transitions.sorted() {
                writer.sample(
                    .unsigned(count),
                    [
                        "endpoint_type": types[key.type], "from_status": statuses[key.from],
                        "to_status": statuses[key.to],
                    ])
            }
        }
        let capacities = memory.capacities
        let keys = sorted(capacities.series.keys)
        for (unit, reserved, maximum) in CapacityFamilies.byUnit {
            let ofUnit = keys.filter { $0.unit == unit }
            write(reserved, ofUnit) { .integer(Int64(clamping: capacities[$0].reserved)) }
            if let maximum { write(maximum, ofUnit) { .integer(Int64(clamping: capacities[$0].maximum)) } }
        }
        Self.write(&tally.memory.resources, ranks, texts, to: &builder)
    }

    private static func write(
        _ resources: inout ResourceCapacities, _ ranks: SeriesRanks, _ texts: LabelTexts,
        to builder: inout FragmentBuilder
    ) {
        let (resourceRanks, modeRanks) = (resources.resources.ranks(), resources.modes.ranks())
        func rank(_ key: ResourceCapacities.Key) -> (Int, Int, Int, Int, Int) {
            (
                ranks.types[Int(key.type)], ranks.statuses[Int(key.status)], resourceRanks[Int(key.resource)],
                modeRanks[Int(key.mode)], ranks.specCodes[Int(key.specCode)]
            )
        }
        let (sums, modes) = (resources.sums, resources.modes)
        let names = resources.resources
        let keys = sums.series.keys.sorted { rank($0) < rank($1) }
        func write(_ family: MetricFamily, _ bound: KeyPath<CapacitySum, Int128>) {
            builder.add(family) { writer in
                for key in keys {
                    writer.sample(.integer(Int64(clamping: sums[key][keyPath: bound]))) {
                        $0.add(texts.types[Int(key.type)])
                        $0.add(texts.statuses[Int(key.status)])
                        $0.add(LabelText(["resource": names[key.resource], "resource_mode": modes[key.mode]]))
                        $0.add(texts.specCodes[Int(key.specCode)])
                    }
                }
            }
        }
        write(CapacityFamilies.capacityMin, \.reserved)
        write(CapacityFamilies.capacityMax, \.maximum)
    }
}

/// The rendered label of each value, by the value's number: a listing has many more series than values.
private struct LabelTexts {
    let types, statuses, visibilities, errorCodes, specCodes: [LabelText]
    /// The labels for false and true.
    let publicResource = ["false", "true"].map { LabelText(["public_resource": $0]) }

    init(_ memory: WorkspaceMemory) {
        func texts(_ name: String, _ table: StringTable) -> [LabelText] {
            table.strings.map { LabelText([name: $0]) }
        }
        types = texts("endpoint_type", memory.types)
        statuses = texts("status", memory.statuses)
        visibilities = texts("visibility", memory.visibilities)
        errorCodes = texts("error_code", memory.errorCodes)
        specCodes = texts("spec_code", memory.specCodes)
    }
}

extension ListingSummary {
    init(_ tally: EndpointTally) {
        var memory = tally.memory
        var statuses: [UInt32: Int] = [:]
        for (key, series) in memory.counts.series { statuses[key.status, default: 0] += series.value }
        let ranks = memory.statuses.ranks()
        let counts = statuses.filter { $0.value > 0 }.sorted { ranks[Int($0.key)] < ranks[Int($1.key)] }
            .map {
                StatusCount(
                    status: memory.statuses[$0.key], phase: memory.phase(ofStatus: $0.key), records: $0.value)
            }
        var sums: [String: CapacitySum] = [:]
        for (key, series) in memory.capacities.series {
            guard let unit = Self.name(ofUnit: key, type: memory.types[key.type]) else { continue }
            sums[unit, default: CapacitySum()].reserved += series.value.reserved
            sums[unit, default: CapacitySum()].maximum += series.value.maximum
        }
        let capacities: [Capacity] = Self.units.compactMap { name in
            guard let sum = sums[name], sum != CapacitySum() else { return nil }
            return Capacity(unit: name, reserved: Int64(clamping: sum.reserved), maximum: Int64(clamping: sum.maximum))
        }
        self.init(
            statuses: counts, capacities: capacities, resources: memory.resources.summary,
            withError: tally.errors.values.reduce(0, +),
            droppedDetails: tally.details.dropped)
    }

    /// Returns the unit of a capacity; nil for Ray nodes, which are not counted in units. SQL endpoints count `dpu` in
    /// DCU, which is another unit.
    private static func name(ofUnit key: EndpointSeries, type: String) -> String? {
        switch key.unit {
        case .apu: "APU"
        case .dpu: type.lowercased() == "sql" ? "DCU" : "DPU"
        case .mu: "MU"
        case .rayHead, .rayWorker, nil: nil
        }
    }
}
