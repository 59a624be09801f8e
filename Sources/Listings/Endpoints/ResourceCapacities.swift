// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// The sums of the resources of endpoints of ``APIVersion/v2``.
struct ResourceCapacities: Sendable {
    /// The key of a series. The numbers of type, status and specification code are those of ``WorkspaceMemory``.
    struct Key: Hashable, Sendable {
        var type: UInt32
        var status: UInt32
        var resource: UInt32
        var mode: UInt32
        var specCode: UInt32
    }

    /// The names of resources, in lower case.
    var resources = StringTable(documented: ["cpu", "gpu", "npu", "unknown"], absent: "unknown")
    /// How resources are paid for, in lower case.
    var modes = StringTable(documented: ["reserved", "ondemand", "hybrid"])
    /// The sums in cores or cards.
    var sums = SeriesTable<Key, CapacitySum>(zero: CapacitySum())

    /// Returns the number of a value in lower case. Redacts secrets before, because they would not be found afterwards.
    static func number(
        of text: BorrowedText, in table: inout StringTable, limit: Int, cutValues: inout Int
    ) -> UInt32 {
        guard let string = text.string else { return table.absent }
        let upperCase = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let lowercased = KnownSecrets.shared.redacting(string).utf8.map { upperCase.contains($0) ? $0 | 0x20 : $0 }
        return lowercased.withUnsafeBufferPointer {
            table.number(of: BorrowedText($0), limit: limit, cutValues: &cutValues)
        }
    }

    /// The sums over all series of a documented resource, without resources that no endpoint has.
    var summary: [ListingSummary.Resource] {
        var sums: [String: CapacitySum] = [:]
        for (key, series) in self.sums.series {
            sums[resources[key.resource], default: CapacitySum()].reserved += series.value.reserved
            sums[resources[key.resource], default: CapacitySum()].maximum += series.value.maximum
        }
        return ListingSummary.resourceNames.compactMap { name in
            guard let sum = sums[name], sum != CapacitySum() else { return nil }
            return .init(name: name, minimum: Int64(clamping: sum.reserved), maximum: Int64(clamping: sum.maximum))
        }
    }

    /// Returns the capacities for the next listing: all series at zero, and only values that are exported.
    func next() -> ResourceCapacities {
        var next = self
        next.sums = sums.zeroed()
        next.resources.keep(only: sums.series.keys.lazy.map(\.resource))
        next.modes.keep(only: sums.series.keys.lazy.map(\.mode))
        return next
    }
}
