// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// The key of a series of service instances. Its numbers are those of the string tables.
struct ServiceInstanceSeries: Hashable, Sendable {
    var type: UInt32
    var status: UInt32
    var visibility: UInt32
    /// The error code; none for counts.
    var errorCode = StringTable.none
}

/// The state that one listing of service instances passes to the next: the series seen, which stay at zero, and when
/// each instance entered its status.
package struct ServiceInstanceMemory: Sendable {
    /// The numbers of the statuses that have zero series.
    static let zeroStatuses = zip(ServiceInstanceStatus.table, StringTable.firstDocumented...)
        .filter(\.0.hasZeroSeries).map(\.1)
    /// The number of `PUBLIC`.
    static let publicVisibility = StringTable.firstDocumented + 1
    /// Placeholder for the end of the running poll. Later than any time, so capping at the end replaces it.
    private static let thisPoll = Timestamp(microseconds: .max)

    // Values that replace an absent one count as documented.
    var types = StringTable(documented: ["LLM_MODEL", "unknown"], absent: "unknown")
    var statuses = StringTable(
        documented: ServiceInstanceStatus.table.map(\.status), absent: ServiceInstanceStatus.unknown)
    var visibilities = StringTable(documented: ["PRIVATE", "PUBLIC"], absent: "PRIVATE")
    var errorCodes = StringTable()
    var counts = SeriesTable<ServiceInstanceSeries, Int>(zero: 0)
    /// The status of each instance and when it entered it.
    var statusTimes: [RecordID: (status: UInt32, since: Timestamp)] = [:]
    /// The size of the last list of records in bytes.
    var recordBytes = 0
    /// The end of the last poll.
    var pollEnd = Timestamp(microseconds: .min)

    /// Returns when an instance entered its status; later than any poll if that is unknown.
    /// - Parameters:
    ///   - status: the number of the status, which this memory may not have.
    ///   - beginsAtCreation: whether the status begins at `create_time`.
    func since(_ row: ServiceInstanceRow, _ status: UInt32, beginsAtCreation: Bool) -> Timestamp {
        // A time in the future counts as the time of the poll that first saw it.
        if beginsAtCreation, let created = row.createTime, created <= pollEnd { return created }
        let reported = beginsAtCreation ? row.createTime ?? row.updateTime : row.updateTime ?? row.createTime
        // An edit changes `update_time` but not the status, so an earlier time that was seen is more accurate.
        let remembered = statusTimes[row.recordID].flatMap { $0.status == status ? $0.since : nil }
        return min(reported ?? remembered ?? Self.thisPoll, remembered ?? reported ?? Self.thisPoll)
    }

    /// Returns the memory for the next listing: all series at zero, and only values that are exported.
    func next(errors: some Collection<ServiceInstanceSeries>) -> Self {
        var next = self
        next.counts = counts.zeroed()
        let keys = Array(counts.series.keys) + errors
        next.types.keep(only: keys.map(\.type))
        next.statuses.keep(only: keys.map(\.status) + statusTimes.values.map { $0.status })
        next.visibilities.keep(only: keys.map(\.visibility))
        next.errorCodes.keep(only: errors.map(\.errorCode))
        return next
    }
}
