// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// Folds the rows of a list of service instances into the exported values. The number of series and the length of their
/// labels are limited; sums stay exact, because values beyond a limit are counted as `other`.
package struct ServiceInstanceTally: ListingFold {
    private let settings: ListingSettings
    private let previous: ServiceInstanceMemory
    /// The memory for the next listing, once this one is closed.
    private(set) var memory: ServiceInstanceMemory
    private(set) var errors: [ServiceInstanceSeries: Int] = [:]
    private(set) var oldestTransitions: [ServiceInstanceSeries: Timestamp] = [:]
    private(set) var details: DetailSelection
    /// All instances; nil unless the settings keep them.
    private var records: RecordListBuilder?
    /// The number of values that were cut or became `other`.
    private(set) var cutValues = 0
    /// The total length of label values in the series, in bytes.
    private var labelBytes = 0

    init(settings: ListingSettings, memory: ServiceInstanceMemory) {
        self.settings = settings
        previous = memory
        self.memory = memory
        self.memory.statusTimes = Dictionary(minimumCapacity: memory.statusTimes.count)
        details = DetailSelection(limit: settings.maximumDetails)
        if settings.keepsRecords { records = RecordListBuilder(expectedBytes: memory.recordBytes) }
        for key in memory.counts.series.keys { addLabelBytes(of: key) }
    }

    /// Adds one instance.
    package mutating func add(_ row: ServiceInstanceRow) {
        let limit = settings.maximumLabelValues
        let type = memory.types.number(of: row.type, limit: limit, cutValues: &cutValues)
        let status = memory.statuses.number(of: row.status, limit: limit, cutValues: &cutValues)
        let visibility = memory.visibilities.number(of: row.visibility, limit: limit, cutValues: &cutValues)
        let errorCode = memory.errorCodes.number(of: row.errorCode, limit: limit, cutValues: &cutValues)
        for text in [row.name, row.endpointID] where text.bytes.count > RecordDetail.maximumTextBytes { cutValues += 1 }
        if row.errorMessage.bytes.count > RecordDetail.maximumMessageBytes { cutValues += 1 }
        let key = ServiceInstanceSeries(type: type, status: status, visibility: visibility)
        let counted = count(key)
        let hasError = errorCode != StringTable.none
        if hasError { countError(key, errorCode) }
        let statusText = memory.statuses[status]
        let phase = ServiceInstanceStatus.phase(of: statusText)
        let since = previous.since(
            row, status, beginsAtCreation: ServiceInstanceStatus.beginAtCreation.contains(statusText))
        memory.statusTimes[row.recordID] = (status, since)
        if phase == .inTransition {
            // Under the key of the count, so that this family has no more series than the count.
            oldestTransitions[counted] = min(oldestTransitions[counted] ?? since, since)
        }
        records?.add(
            RecordListBuilder.Fields(
                id: row.recordID, type: type, status: status, visibility: visibility, errorCode: errorCode,
                phase: phase, isPrivate: visibility != ServiceInstanceMemory.publicVisibility, since: since,
                createTime: row.createTime, name: row.name, owner: .none, ownerID: .none, capID: .none,
                capVersionID: .none, errorMessage: row.errorMessage, description: row.description))
        let isDetail =
            switch settings.details {
            case .none: false
            case .problems: hasError || phase.needsAttention
            case .all: true
            }
        guard isDetail, details.admits(hasError: hasError, since: since, id: row.recordID) else { return }
        func label(_ text: BorrowedText) -> String? { text.limited(to: RecordDetail.maximumTextBytes) }
        var detail = RecordDetail(
            id: row.recordID, name: label(row.name), type: memory.types[type], status: memory.statuses[status],
            phase: phase, visibility: memory.visibilities[visibility], since: since, createTime: row.createTime,
            errorCode: hasError ? memory.errorCodes[errorCode] : nil,
            errorMessage: row.errorMessage.limited(to: RecordDetail.maximumMessageBytes),
            description: label(row.description))
        detail.endpointID = label(row.endpointID)
        details.add(detail)
    }

    /// Returns all instances; empty unless the settings keep them.
    /// - Parameter now: the end of the poll.
    func records(now: Timestamp) -> RecordList {
        let values = RecordList.Values(
            types: memory.types.strings, statuses: memory.statuses.strings,
            visibilities: memory.visibilities.strings, errorCodes: memory.errorCodes.strings)
        return records?.list(values, now: now) ?? RecordList()
    }

    /// Ends the listing: sets unknown times and those after `now` to `now`, and drops series that have had no instance
    /// for too long.
    mutating func close(now: Timestamp, at instant: ContinuousClock.Instant) {
        for index in memory.statusTimes.values.indices where memory.statusTimes.values[index].since > now {
            memory.statusTimes.values[index].since = now
        }
        memory.pollEnd = now
        memory.recordBytes = records?.size ?? 0
        oldestTransitions = oldestTransitions.mapValues { min($0, now) }
        memory.counts.close(at: instant)
        // The zero series stay as long as any status of the same type and visibility.
        let pairs = Set(
            memory.counts.series.keys.map {
                ServiceInstanceSeries(type: $0.type, status: 0, visibility: $0.visibility)
            })
        for pair in pairs { addZeroSeries(of: pair) }
    }

    /// Counts an instance.
    /// - Returns: the key it was counted under, with `other` in place of values beyond the limit.
    private mutating func count(_ key: ServiceInstanceSeries) -> ServiceInstanceSeries {
        var key = key
        if isFull, memory.counts.series[key] == nil { limit(&key) }
        if memory.counts.update(key, { $0 += 1 }) {
            addLabelBytes(of: key)
            addZeroSeries(of: key)
        }
        return key
    }

    private mutating func addZeroSeries(of pair: ServiceInstanceSeries) {
        for status in ServiceInstanceMemory.zeroStatuses {
            var key = pair
            key.status = status
            if memory.counts.insert(key) { addLabelBytes(of: key) }
        }
    }

    private mutating func countError(_ key: ServiceInstanceSeries, _ errorCode: UInt32) {
        var key = key
        key.errorCode = errorCode
        if isFull, errors[key] == nil { limit(&key) }
        if errors[key] == nil { addLabelBytes(of: key) }
        errors[key, default: 0] += 1
    }

    private var isFull: Bool { labelBytes >= settings.maximumLabelBytes }

    private mutating func addLabelBytes(of key: ServiceInstanceSeries) {
        labelBytes += memory.types[key.type].utf8.count + memory.statuses[key.status].utf8.count
        labelBytes += memory.visibilities[key.visibility].utf8.count + memory.errorCodes[key.errorCode].utf8.count
    }

    /// Replaces the undocumented values of a new series' key by `other`.
    private mutating func limit(_ key: inout ServiceInstanceSeries) {
        func limit(_ number: inout UInt32, _ table: StringTable) {
            if table.isDocumented(number) { return }
            cutValues += 1
            number = StringTable.other
        }
        limit(&key.type, memory.types)
        limit(&key.status, memory.statuses)
        limit(&key.visibility, memory.visibilities)
        limit(&key.errorCode, memory.errorCodes)
    }
}
