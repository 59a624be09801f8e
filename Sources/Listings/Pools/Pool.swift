// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// A compute pool of a complete list.
struct Pool: Sendable {
    /// A resource and a specification. The numbers are those of ``PoolTally``.
    struct CapacityKey: Hashable, Sendable {
        var resource: UInt32
        var specCode: UInt32
    }

    var id: RecordID
    /// The name as listed, to recognize the pool in responses; empty if absent.
    var listedName: String
    /// The name as a label; nil if absent.
    var name: String?
    /// The numbers of label values in ``PoolMemory``.
    var chargeMode: UInt32
    var status: UInt32
    /// Whether its use can be queried.
    var isRunning: Bool
    /// Cores or cards.
    var capacity: [CapacityKey: Int128] = [:]
    /// The resources whose use can be queried.
    var measured: [PoolResource] = [.cpu, .memory]
    /// The details; nil unless it has an error or needs attention.
    var detail: RecordDetail?
}

/// The state that one listing of pools passes to the next: the series seen, which stay at zero.
package struct PoolMemory: Sendable {
    /// The key of a count. Its numbers are those of the string tables.
    struct CountKey: Hashable, Sendable {
        var chargeMode: UInt32
        var status: UInt32
    }

    // Values that replace an absent one count as documented.
    var chargeModes = StringTable(documented: ["prePaid", "postPaid", "unknown"], absent: "unknown")
    var statuses = StringTable(
        documented: PoolStatus.table.map(\.status) + [PoolStatus.unknown], absent: PoolStatus.unknown)
    var counts = SeriesTable<CountKey, Int>(zero: 0)
    /// The size of the last list of records in bytes.
    var recordBytes = 0

    /// Returns the memory for the next listing: all series at zero, and only values that are exported.
    func next() -> Self {
        var next = self
        next.counts = counts.zeroed()
        next.chargeModes.keep(only: counts.series.keys.lazy.map(\.chargeMode))
        next.statuses.keep(only: counts.series.keys.lazy.map(\.status))
        return next
    }
}
