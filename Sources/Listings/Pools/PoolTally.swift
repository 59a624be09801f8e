// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// Folds the rows of a list of pools. Each pool has series of its own, because pools are few.
struct PoolTally: ListingFold {
    /// The maximum number of different resources and specifications of a pool; further ones count as `other`.
    static let maximumCapacities = 100

    private let settings: ListingSettings
    /// The memory for the next listing, once this one is closed.
    private(set) var memory: PoolMemory
    /// The names of resources, in lower case.
    private(set) var resources = StringTable(documented: ["cpu", "gpu", "npu", "unknown"], absent: "unknown")
    private(set) var specCodes = StringTable()
    private var errorCodes = StringTable()
    /// The pools with series; ordered by id once the listing is closed.
    private(set) var pools: [Pool] = []
    /// The number of pools beyond the limit of those with series.
    private(set) var dropped = 0
    private(set) var withError = 0
    /// All pools; nil unless the settings keep them.
    private var records: RecordListBuilder?
    /// The number of values that were cut or became `other`.
    private(set) var cutValues = 0

    init(settings: ListingSettings, memory: PoolMemory) {
        self.settings = settings
        self.memory = memory
        if settings.keepsRecords { records = RecordListBuilder(expectedBytes: memory.recordBytes) }
    }

    /// Adds one pool.
    mutating func add(_ row: PoolRow) {
        let limit = settings.maximumLabelValues
        let chargeMode = memory.chargeModes.number(of: row.chargeMode, limit: limit, cutValues: &cutValues)
        let status = memory.statuses.number(of: row.status, limit: limit, cutValues: &cutValues)
        let errorCode = errorCodes.number(of: row.errorCode, limit: limit, cutValues: &cutValues)
        if row.name.bytes.count > RecordDetail.maximumTextBytes { cutValues += 1 }
        if row.errorMessage.bytes.count > RecordDetail.maximumMessageBytes { cutValues += 1 }
        memory.counts.update(.init(chargeMode: chargeMode, status: status)) { $0 += 1 }
        let hasError = errorCode != StringTable.none
        if hasError { withError += 1 }
        let statusText = memory.statuses[status]
        let phase = PoolStatus.phase(of: statusText)
        let begin = PoolStatus.beginAtCreation.contains(statusText) ? row.createTime : nil
        let since = begin ?? row.updateTime ?? row.createTime ?? Timestamp(microseconds: .max)
        records?.add(
            RecordListBuilder.Fields(
                id: row.recordID, type: chargeMode, status: status, visibility: StringTable.none, errorCode: errorCode,
                phase: phase, isPrivate: true, since: since, createTime: row.createTime, name: row.name, owner: .none,
                ownerID: .none, capID: .none, capVersionID: .none, errorMessage: row.errorMessage,
                description: row.description))
        let name = row.name.limited(to: RecordDetail.maximumTextBytes)
        var pool = Pool(
            id: row.recordID, listedName: row.name.string ?? "", name: name, chargeMode: chargeMode, status: status,
            isRunning: statusText == PoolStatus.running)
        for capacity in row.capacity { add(capacity, to: &pool) }
        if hasError || phase.needsAttention {
            pool.detail = RecordDetail(
                id: row.recordID, name: name, type: memory.chargeModes[chargeMode], status: statusText, phase: phase,
                visibility: "", since: since, createTime: row.createTime,
                errorCode: hasError ? errorCodes[errorCode] : nil,
                errorMessage: row.errorMessage.limited(to: RecordDetail.maximumMessageBytes))
        }
        pools.append(pool)
    }

    private mutating func add(_ capacity: PoolRow.Capacity, to pool: inout Pool) {
        let limit = settings.maximumLabelValues
        var key = Pool.CapacityKey(
            resource: ResourceCapacities.number(
                of: capacity.type, in: &resources, limit: limit, cutValues: &cutValues),
            specCode: specCodes.number(of: capacity.specCode, limit: limit, cutValues: &cutValues))
        if let measured = PoolResource(rawValue: resources[key.resource]), !pool.measured.contains(measured) {
            pool.measured.append(measured)
        }
        guard let amount = capacity.amount else { return }
        if pool.capacity.count >= Self.maximumCapacities, pool.capacity[key] == nil {
            key = Pool.CapacityKey(resource: StringTable.other, specCode: StringTable.other)
            cutValues += 1
        }
        pool.capacity[key, default: 0] += Int128(amount)
    }

    /// Returns all pools; empty unless the settings keep them.
    /// - Parameter now: the end of the poll.
    func records(now: Timestamp) -> RecordList {
        let values = RecordList.Values(
            types: memory.chargeModes.strings, statuses: memory.statuses.strings, visibilities: [""],
            errorCodes: errorCodes.strings)
        return records?.list(values, now: now) ?? RecordList()
    }

    /// Ends the listing: orders the pools and drops those beyond the limit, and series that have had no pool for too
    /// long.
    mutating func close(at instant: ContinuousClock.Instant) {
        pools.sort { $0.id < $1.id }
        dropped = max(0, pools.count - settings.maximumDetails)
        pools.removeLast(dropped)
        memory.recordBytes = records?.size ?? 0
        memory.counts.close(at: instant)
        // The zero series stay as long as any status of the same charge mode.
        for chargeMode in Set(memory.counts.series.keys.map(\.chargeMode)) {
            for index in PoolStatus.table.indices {
                let status = StringTable.firstDocumented + UInt32(index)
                _ = memory.counts.insert(.init(chargeMode: chargeMode, status: status))
            }
        }
    }
}
