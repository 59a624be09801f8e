// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric

/// The state that one listing of endpoints passes to the next: the series seen, which stay at zero, and the status time
/// of each endpoint. An edit changes `update_time` but not the status, so an earlier time that was seen is more
/// accurate.
public struct WorkspaceMemory: Sendable {
    /// The phases of the documented statuses by number, after those of no value and of `other`.
    private static let phases = [.unknown, .unknown] + EndpointStatus.table.map(\.phase)
    private static let zeroStatusesInV1 = numbers(where: \.hasZeroSeries)
    private static let zeroStatusesInV2 = numbers(where: \.hasZeroSeriesInV2)
    static let creating = number(of: .creating)
    static let running = number(of: .running)

    // Values that replace an absent one count as documented.
    private static let emptyStatuses = StringTable(
        documented: EndpointStatus.table.map(\.status.rawValue), absent: EndpointStatus.unknown.rawValue)
    /// The number of `PUBLIC` in v1.
    static let publicVisibility = StringTable.firstDocumented + 1
    private static let emptyCodes = StringTable()

    private static func number(of status: EndpointStatus) -> UInt32? {
        numbers { $0.status == status }.first
    }

    private static func numbers(
        where isIncluded: ((status: EndpointStatus, phase: Phase, hasZeroSeries: Bool, hasZeroSeriesInV2: Bool)) -> Bool
    ) -> [UInt32] {
        zip(EndpointStatus.table, StringTable.firstDocumented...).filter { isIncluded($0.0) }.map(\.1)
    }

    /// Placeholder for the end of the running poll. Later than any time, so capping at the end replaces it.
    private static let thisPoll = Timestamp(microseconds: .max)

    /// The version of the API that the endpoints come from.
    let api: APIVersion
    /// The numbers of the statuses that have zero series.
    let zeroStatuses: [UInt32]
    /// The number of the visibility of endpoints that belong to this tenant: `PRIVATE`. All endpoints of v2 do; they
    /// have no visibility.
    let privateVisibility: UInt32

    var types: StringTable
    var statuses = Self.emptyStatuses
    var visibilities: StringTable
    var specCodes = Self.emptyCodes
    var errorCodes = Self.emptyCodes
    var counts = SeriesTable<EndpointSeries, Int>(zero: 0)
    var capacities = SeriesTable<EndpointSeries, CapacitySum>(zero: CapacitySum())
    var resources = ResourceCapacities()
    /// The changes of status since the start.
    var transitions: TransitionCounts
    /// The status of each endpoint and its status time.
    var statusTimes: [RecordID: (status: UInt32, since: Timestamp)] = [:]
    /// The size of the last list of records in bytes.
    var recordBytes = 0
    /// The end of the last poll; no status time is later.
    var pollEnd = Timestamp(microseconds: .min)

    /// Creates an empty memory, as after a start.
    public init(api: APIVersion = .v1) {
        self.api = api
        types = StringTable(documented: EndpointType.documented(in: api) + ["unknown"], absent: "unknown")
        transitions = TransitionCounts(types: types, statuses: Self.emptyStatuses)
        switch api {
        case .v1:
            zeroStatuses = Self.zeroStatusesInV1
            privateVisibility = StringTable.firstDocumented
            visibilities = StringTable(documented: ["PRIVATE", "PUBLIC"], absent: "PRIVATE")
        case .v2:
            zeroStatuses = Self.zeroStatusesInV2
            privateVisibility = StringTable.none
            visibilities = StringTable()
        }
    }

    /// Returns the phase of a status.
    func phase(ofStatus number: UInt32) -> Phase {
        Int(number) < Self.phases.count ? Self.phases[Int(number)] : EndpointStatus(statuses[number]).phase
    }

    /// Returns the status time of an endpoint; later than any poll if it is unknown.
    /// - Parameter last: its status and status time in the last listing; nil if it was not there.
    func since(
        _ record: EndpointRecord, _ status: UInt32, last: (status: UInt32, since: Timestamp)?
    ) -> Timestamp {
        let isCreating = status == Self.creating
        // A time in the future counts as the time of the poll that first saw it.
        if isCreating, let created = record.createTime, created <= pollEnd { return created }
        let reported = isCreating ? record.createTime ?? record.updateTime : record.updateTime ?? record.createTime
        let remembered = last.flatMap { $0.status == status ? $0.since : nil }
        return min(reported ?? remembered ?? Self.thisPoll, remembered ?? reported ?? Self.thisPoll)
    }

    /// Returns the ranks of all values, by which series are sorted.
    mutating func ranks() -> SeriesRanks {
        SeriesRanks(
            types: types.ranks(), statuses: statuses.ranks(), visibilities: visibilities.ranks(),
            specCodes: specCodes.ranks(), errorCodes: errorCodes.ranks())
    }

    /// Returns the table of the key's ``EndpointSeries/value``.
    func values(of key: EndpointSeries) -> StringTable { key.unit == nil ? errorCodes : specCodes }

    /// Returns the memory for the next listing: all series at zero, and only values that are exported.
    func next(errors: some Collection<EndpointSeries>) -> WorkspaceMemory {
        var next = self
        next.counts = counts.zeroed()
        next.capacities = capacities.zeroed()
        next.resources = resources.next()
        let keys = [counts.series.keys.map { $0 }, capacities.series.keys.map { $0 }, Array(errors)].joined()
        let resourceKeys = resources.sums.series.keys
        next.types.keep(only: keys.map(\.type) + resourceKeys.map(\.type))
        next.statuses.keep(
            only: keys.map(\.status) + statusTimes.values.map { $0.status } + resourceKeys.map(\.status))
        next.visibilities.keep(only: keys.lazy.map(\.visibility))
        next.specCodes.keep(only: capacities.series.keys.map(\.value) + resourceKeys.map(\.specCode))
        next.errorCodes.keep(only: errors.lazy.map(\.value))
        return next
    }
}

/// The key of an endpoint series. Its numbers are those of the string tables.
struct EndpointSeries: Hashable, Sendable {
    var type: UInt32
    var status: UInt32
    var visibility: UInt32
    /// The error code or specification code, depending on the family.
    var value = StringTable.none
    /// The unit of a capacity; nil for counts.
    var unit: CapacityUnit?
    /// Whether a capacity may use the public resource.
    var isPublic = false

    /// The hash for dictionaries, cheaper than the default one by `Hasher`.
    func _rawHashValue(seed: Int) -> Int {
        let flags = UInt64(unit?.rawValue ?? 0) << 1 | (isPublic ? 1 : 0)
        return SeededHash.hash(
            UInt64(type) << 32 ^ UInt64(status) ^ UInt64(truncatingIfNeeded: seed),
            UInt64(value) << 32 ^ UInt64(visibility) << 8 ^ flags)
    }
}

/// The ranks of label values, in the order of their bytes, by number.
struct SeriesRanks {
    let types, statuses, visibilities, specCodes, errorCodes: [Int]

    /// Returns the rank of a series: by type, status, visibility, code.
    func rank(_ key: EndpointSeries) -> UInt128 {
        var rank = UInt128(types[Int(key.type)])
        rank = rank << 31 | UInt128(statuses[Int(key.status)])
        rank = rank << 31 | UInt128(visibilities[Int(key.visibility)])
        rank = rank << 31 | UInt128((key.unit == nil ? errorCodes : specCodes)[Int(key.value)])
        return rank << 1 | (key.isPublic ? 1 : 0)
    }
}

/// A unit of capacity.
enum CapacityUnit: UInt8, Sendable { case apu = 1, dpu, mu, rayHead, rayWorker }

/// The sums of a capacity series. They have 128 bits, so that neither order nor overflow changes a sum, and are clamped
/// to 64 bits when exported.
struct CapacitySum: Sendable, Equatable {
    var reserved: Int128 = 0
    var maximum: Int128 = 0
}
