// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// What one listing is handed from the one before it: the series that have been seen, so that they stay, at zero, and since
/// when each endpoint has been in its status. An edit moves `update_time` without changing the status; what was seen
/// before it is the better answer, and only this memory has it.
public struct WorkspaceMemory: Sendable {
    /// The phases of the known statuses by their numbers, beginning with those of no value and of `other`.
    private static let phases = [.unknown, .unknown] + EndpointStatus.table.map(\.phase)
    /// The numbers of the statuses that have zero series.
    static let zeroStatuses = zip(EndpointStatus.table, StringTable.firstDocumented...).filter(\.0.hasZeroSeries).map(
        \.1)
    private static let creating = zip(EndpointStatus.table, StringTable.firstDocumented...)
        .first { $0.0.status == .creating }?.1

    // Values that stand for a missing one are documented too.
    private static let noTypes = StringTable(documented: EndpointType.documented + ["unknown"], absent: "unknown")
    private static let noStatuses = StringTable(
        documented: EndpointStatus.table.map(\.status.rawValue), absent: EndpointStatus.unknown.rawValue)
    private static let noVisibilities = StringTable(documented: ["PRIVATE", "PUBLIC"], absent: "PRIVATE")
    private static let noCodes = StringTable()

    /// Stands for the time of the running poll, which is known when it ends. Times after that end count as the end too.
    private static let thisPoll = Timestamp(microseconds: .max)

    var types = Self.noTypes
    var statuses = Self.noStatuses
    var visibilities = Self.noVisibilities
    var specCodes = Self.noCodes
    var errorCodes = Self.noCodes
    var counts = SeriesTable<EndpointSeries, Int>(zero: 0)
    var capacities = SeriesTable<EndpointSeries, CapacitySum>(zero: CapacitySum())
    /// The status of each endpoint, and since when, as far as listings have shown it.
    var moments: [RecordID: (status: UInt32, since: Timestamp)] = [:]
    /// The end of the poll that this was seen in; no moment is later.
    var end = Timestamp(microseconds: .min)

    /// Nothing remembered, as after a start.
    public init() {}

    /// The phase of a status.
    func phase(ofStatus number: UInt32) -> Phase {
        Int(number) < Self.phases.count ? Self.phases[Int(number)] : EndpointStatus(statuses[number]).phase
    }

    /// Since when the endpoint of `record` has been in its status; later than any poll where nothing tells.
    func since(_ record: EndpointRecord, _ status: UInt32) -> Timestamp {
        let isCreating = status == Self.creating
        // A later one may be in the future, and then it counts as the time of the poll that saw it first.
        if isCreating, let created = record.createTime, created <= end { return created }
        let told = isCreating ? record.createTime ?? record.updateTime : record.updateTime ?? record.createTime
        let remembered = moments[record.id].flatMap { $0.status == status ? $0.since : nil }
        return min(told ?? remembered ?? Self.thisPoll, remembered ?? told ?? Self.thisPoll)
    }

    /// The ranks of all values, by which series are ordered.
    mutating func ranks() -> SeriesRanks {
        SeriesRanks(
            types: types.ranks(), statuses: statuses.ranks(), visibilities: visibilities.ranks(),
            specCodes: specCodes.ranks(), errorCodes: errorCodes.ranks())
    }

    /// The table of the key's ``EndpointSeries/value``.
    func values(of key: EndpointSeries) -> StringTable { key.unit == nil ? errorCodes : specCodes }

    /// The memory for the next listing: all series at zero, and no values but those that are exported.
    func next(errors: some Collection<EndpointSeries>) -> WorkspaceMemory {
        var next = self
        next.counts = counts.zeroed()
        next.capacities = capacities.zeroed()
        let keys = [counts.series.keys.map { $0 }, capacities.series.keys.map { $0 }, Array(errors)].joined()
        next.types.keep(only: keys.lazy.map(\.type))
        next.statuses.keep(only: keys.map(\.status) + moments.values.map { $0.status })
        next.visibilities.keep(only: keys.lazy.map(\.visibility))
        next.specCodes.keep(only: capacities.series.keys.lazy.map(\.value))
        next.errorCodes.keep(only: errors.lazy.map(\.value))
        return next
    }
}

/// The key of a series of endpoints; its numbers are those of string tables.
struct EndpointSeries: Hashable, Sendable {
    var type: UInt32
    var status: UInt32
    var visibility: UInt32
    /// What the family is about beside the three: an error code, a specification code.
    var value = StringTable.none
    /// Of a capacity.
    var unit: CapacityUnit?
    /// Of a capacity: whether it may use the public resource.
    var isPublic = false

    /// The hash for dictionaries, cheaper than the default one by `Hasher`.
    func _rawHashValue(seed: Int) -> Int {
        let flags = UInt64(unit?.rawValue ?? 0) << 1 | (isPublic ? 1 : 0)
        return SeededHash.hash(
            UInt64(type) << 32 ^ UInt64(status) ^ UInt64(truncatingIfNeeded: seed),
            UInt64(value) << 32 ^ UInt64(visibility) << 8 ^ flags)
    }
}

/// Where the values of series stand in the order of their bytes, by their numbers.
struct SeriesRanks {
    let types, statuses, visibilities, specCodes, errorCodes: [Int]

    /// Orders series by type, status, visibility, code.
    func rank(_ key: EndpointSeries) -> UInt128 {
        var rank = UInt128(types[Int(key.type)])
        rank = rank << 31 | UInt128(statuses[Int(key.status)])
        rank = rank << 31 | UInt128(visibilities[Int(key.visibility)])
        rank = rank << 31 | UInt128((key.unit == nil ? errorCodes : specCodes)[Int(key.value)])
        return rank << 1 | (key.isPublic ? 1 : 0)
    }
}

/// Units that are added up.
enum CapacityUnit: UInt8, Sendable { case apu = 1, dpu, mu, rayHead, rayWorker }

/// Two sums that belong together. Added in 128 bits, so that neither order nor overflow changes a sum; clamped to 64
/// when it is served.
struct CapacitySum: Sendable, Equatable {
    var reserved: Int128 = 0
    var maximum: Int128 = 0
}
