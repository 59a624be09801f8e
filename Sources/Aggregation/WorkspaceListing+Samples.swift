// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import FabricModel

/// How a listing's families are written, one at a time: a page is put together family by family.
extension WorkspaceListing: RenderedSubject {
    /// Writes the samples of `family`; nothing where it is none of a listing's.
    public func write(_ family: MetricFamily, to lines: inout SampleLines) {
        guard let write = Self.writers[family.name] else { return }
        lines.begin(family, labels)
        write(self, &lines)
    }

    /// Every domain series, rendered; once, if the listing is one of several.
    public var fragment: Fragment { rendered ?? render() }

    func render() -> Fragment { Fragment(labels: labels, of: self, families: Self.families) }

    private static let families =
        EndpointFamilies.chapter.families + CapacityFamilies.chapter.families + DetailFamilies.chapter.families

    private typealias Write = @Sendable (WorkspaceListing, inout SampleLines) -> Void

    private static let writers: [String: Write] = {
        func entry(_ family: MetricFamily, _ write: @escaping Write) -> (String, Write) { (family.name, write) }
        let writers = [
            entry(EndpointFamilies.endpoints) { $0.writeCounts($0.cells.counts, "visibility", to: &$1) },
            entry(EndpointFamilies.withError) { $0.writeCounts($0.cells.errors, "error_code", to: &$1) },
            entry(EndpointFamilies.oldestTransition) { $0.writeOldestTransitions(to: &$1) },
            entry(EndpointFamilies.listed) { $1.sample(.integer(Int64($0.counts.endpoints))) },
            entry(EndpointFamilies.skippedRecords) { $1.sample(.integer(Int64($0.counts.skippedRecords))) },
            entry(EndpointFamilies.malformedFields) { $1.sample(.integer(Int64($0.counts.malformedFields))) },
            entry(CapacityFamilies.apuReserved) { $0.writeCapacity(.apu, { $0.reserved }, to: &$1) },
            entry(CapacityFamilies.apuMax) { $0.writeCapacity(.apu, { $0.maximum }, to: &$1) },
            entry(CapacityFamilies.dpuReserved) { $0.writeCapacity(.dpu, { $0.reserved }, to: &$1) },
            entry(CapacityFamilies.dpuMax) { $0.writeCapacity(.dpu, { $0.maximum }, to: &$1) },
            entry(CapacityFamilies.muReserved) { $0.writeCapacity(.mu, { $0.reserved }, to: &$1) },
            entry(CapacityFamilies.muMax) { $0.writeCapacity(.mu, { $0.maximum }, to: &$1) },
            entry(CapacityFamilies.rayHeads) { $0.writeCapacity(.rayHead, { $0.reserved }, to: &$1) },
            entry(CapacityFamilies.rayWorkersMin) { $0.writeCapacity(.rayWorker, { $0.reserved }, to: &$1) },
            entry(CapacityFamilies.rayWorkersMax) { $0.writeCapacity(.rayWorker, { $0.maximum }, to: &$1) },
            entry(DetailFamilies.statusSince) { $0.writeStatusSince(to: &$1) },
            entry(DetailFamilies.error) { $0.writeErrors(to: &$1) },
            entry(DetailFamilies.dropped) { $1.sample(.integer(Int64($0.cells.droppedDetails))) },
        ]
        return Dictionary(uniqueKeysWithValues: writers)
    }()

    private func writeCounts(_ cells: [CellTable<Int>.Cell], _ label: StaticString, to lines: inout SampleLines) {
        let texts = self.cells.escaped
        for cell in cells {
            lines.open()
            lines.label("endpoint_type", texts, Int(cell.key.type))
            lines.label("status", texts, Int(cell.key.status))
            lines.label(label, texts, Int(cell.key.word))
            lines.close(.integer(Int64(cell.value)))
        }
    }

    private func writeOldestTransitions(to lines: inout SampleLines) {
        for cell in cells.oldestTransitions {
            lines.open()
            lines.label("endpoint_type", cells.escaped, Int(cell.key.type))
            lines.label("status", cells.escaped, Int(cell.key.status))
            lines.close(.microseconds(cell.value.microseconds))
        }
    }

    private func writeCapacity(
        _ unit: CapacityUnit, _ amount: (CapacitySum) -> Int128, to lines: inout SampleLines
    ) {
        for cell in cells.capacities where cell.key.unit == unit {
            lines.open()
            lines.label("endpoint_type", cells.escaped, Int(cell.key.type))
            lines.label("status", cells.escaped, Int(cell.key.status))
            lines.label("spec_code", cells.escaped, Int(cell.key.word))
            if unit == .dpu { lines.label("public_resource", cell.key.isPublic ? "true" : "false") }
            lines.close(.integer(Int64(clamping: amount(cell.value))))
        }
    }

    private func writeStatusSince(to lines: inout SampleLines) {
        detailList.forEach { item, name, _ in
            open(item, name, in: &lines)
            lines.label("visibility", cells.escaped, Int(item.words.visibility))
            lines.close(.microseconds(item.since.microseconds))
        }
    }

    private func writeErrors(to lines: inout SampleLines) {
        detailList.forEach { item, name, _ in
            guard item.words.errorCode != WordTable.none else { return }
            open(item, name, in: &lines)
            lines.label("error_code", cells.escaped, Int(item.words.errorCode))
            lines.close(.integer(1))
        }
    }

    private func open(_ item: DetailList.Item, _ name: UnsafeBufferPointer<UInt8>, in lines: inout SampleLines) {
        lines.open()
        item.id.withText { lines.label("endpoint_id", escaping: $0) }
        lines.label("endpoint_name", escaping: name)
        lines.label("endpoint_type", cells.escaped, Int(item.words.type))
        lines.label("status", cells.escaped, Int(item.words.status))
    }
}
