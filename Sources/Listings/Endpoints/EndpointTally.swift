// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Fabric

/// Folds the rows of a listing into the exported values. Memory grows with the number of series, not of rows, except
/// for the status times. The number of series and the length of their labels are limited; sums stay exact, because
/// values beyond a limit are counted as `other`.
public struct EndpointTally: ListingFold {
    private let settings: ListingSettings
    private let previous: WorkspaceMemory
    /// The memory for the next listing, once this one is closed.
    var memory: WorkspaceMemory
    private(set) var errors: [EndpointSeries: Int] = [:]
    private(set) var oldestTransitions: [EndpointSeries: Timestamp] = [:]
    /// The `create_time` of the endpoints that became RUNNING since the last listing, by type; each type of which
    /// endpoints are being created has a key.
    private var createTimes: [UInt32: [Timestamp]] = [:]
    private(set) var details: DetailSelection
    /// All endpoints; nil unless the settings keep them.
    private var records: RecordListBuilder?
    /// The number of values that were cut or became `other`.
    private(set) var cutValues = 0
    /// The total length of label values in the series of counts, errors and capacities, in bytes.
    private var labelBytes = 0

    /// Creates an empty tally.
    /// - Parameter memory: the memory of the last complete listing.
    public init(settings: ListingSettings, memory: WorkspaceMemory) {
        self.settings = settings
        previous = memory
        self.memory = memory
        self.memory.statusTimes = Dictionary(minimumCapacity: memory.statusTimes.count)
        details = DetailSelection(limit: settings.maximumDetails)
        if settings.keepsRecords { records = RecordListBuilder(expectedBytes: memory.recordBytes) }
        for key in memory.counts.series.keys { addLabelBytes(of: key) }
        for key in memory.capacities.series.keys { addLabelBytes(of: key) }
        for key in memory.resources.sums.series.keys { addLabelBytes(of: key) }
    }

    /// The version of the API that the endpoints come from.
    public var api: APIVersion { memory.api }

    /// Adds one endpoint.
    public mutating func add(_ record: EndpointRecord) {
        let limit = settings.maximumLabelValues
        let type = memory.types.number(of: record.type, limit: limit, cutValues: &cutValues)
        let status = memory.statuses.number(of: record.status, limit: limit, cutValues: &cutValues)
        let visibility = memory.visibilities.number(of: record.visibility, limit: limit, cutValues: &cutValues)
        let errorCode = memory.errorCodes.number(of: record.errorCode, limit: limit, cutValues: &cutValues)
        countCutTexts(of: record)
        let key = EndpointSeries(type: type, status: status, visibility: visibility)
        let counted = count(key)
        let hasError = errorCode != StringTable.none
        if hasError { countError(key, errorCode) }
        switch api {
        case .v1: addCapacities(record, key)
        case .v2: addResources(record, key)
        }
        let phase = memory.phase(ofStatus: status)
        // Without details and records only the oldest transition is exported, so only endpoints in transition need a
        // status time.
        guard settings.details != .none || settings.keepsRecords || phase == .inTransition else { return }
        let last = previous.statusTimes[record.id]
        if visibility == memory.privateVisibility {
            noteTransition(of: record, type, from: last?.status ?? status, to: status)
        }
        let since = previous.since(record, status, last: last)
        memory.statusTimes[record.id] = (status, since)
        if phase == .inTransition {
            // Under the key of the count, so that this family has no more series than the count.
            oldestTransitions[counted] = min(oldestTransitions[counted] ?? since, since)
        }
        let owner =
            switch settings.owner {
            case .name: record.ownerName
            case .id: record.ownerID
            case .none: BorrowedText.none
            }
        let ownerID = settings.owner == .none ? BorrowedText.none : record.ownerID
        records?.add(
            RecordListBuilder.Fields(
                id: record.id, type: type, status: status, visibility: visibility, errorCode: errorCode, phase: phase,
                isPrivate: visibility != WorkspaceMemory.publicVisibility, since: since,
                createTime: record.createTime, name: record.name, owner: owner, ownerID: ownerID, capID: record.capID,
                capVersionID: record.capVersionID, errorMessage: record.errorMessage, description: record.description,
                poolID: record.poolID))
        let isDetail =
            switch settings.details {
            case .none: false
            case .problems: hasError || phase.needsAttention
            case .all: true
            }
        guard isDetail, details.admits(hasError: hasError, since: since, id: record.id) else { return }
        func label(_ text: BorrowedText) -> String? { text.limited(to: RecordDetail.maximumTextBytes) }
        details.add(
            RecordDetail(
                id: record.id, name: label(record.name), type: memory.types[type],
                status: memory.statuses[status], phase: phase, visibility: memory.visibilities[visibility],
                since: since, createTime: record.createTime, errorCode: hasError ? memory.errorCodes[errorCode] : nil,
                errorMessage: record.errorMessage.limited(to: RecordDetail.maximumMessageBytes),
                owner: label(owner), ownerID: label(ownerID), capID: label(record.capID),
                capVersionID: label(record.capVersionID), poolID: label(record.poolID),
                description: label(record.description)))
    }

    private mutating func noteTransition(of record: EndpointRecord, _ type: UInt32, from: UInt32, to: UInt32) {
        if to == WorkspaceMemory.creating { createTimes[type, default: []] += [] }
        // A value that was `other` may only have been admitted now, without any change.
        if from == to || (from == StringTable.other && !memory.statuses.isDocumented(to)) { return }
        memory.transitions.add(
            1, type: memory.types[type], from: memory.statuses[from], to: memory.statuses[to], settings,
            cutValues: &cutValues)
        if from == WorkspaceMemory.creating, to == WorkspaceMemory.running, let created = record.createTime {
            createTimes[type, default: []].append(created)
        }
    }

    /// Adds the series of changes that are expected next, at 0.
    private mutating func expectTransitions() {
        for (key, series) in memory.counts.series
        where series.value > 0 && key.visibility == memory.privateVisibility
            && memory.phase(ofStatus: key.status) == .inTransition
        {
            let status = EndpointStatus(memory.statuses[key.status])
            for result in status.results {
                memory.transitions.add(
                    0, type: memory.types[key.type], from: status.rawValue, to: result.rawValue, settings,
                    cutValues: &cutValues)
            }
        }
    }

    /// Returns the time from `create_time` to the end of the poll, in seconds, of each endpoint that became RUNNING
    /// since the last listing, by type; each type of which endpoints are being created has a key.
    func creations(now: Timestamp) -> [String: [Double]] {
        Dictionary(
            createTimes.map { type, times in
                (
                    memory.types[type],
                    times.map { Double(max(0, now.microseconds - $0.microseconds)) / 1_000_000 }
                )
            }, uniquingKeysWith: +)
    }

    /// Returns all endpoints; empty unless the settings keep them.
    /// - Parameter now: the end of the poll.
    func records(now: Timestamp) -> RecordList {
        records?.list(
            RecordList.Values(
                types: memory.types.strings, statuses: memory.statuses.strings,
                visibilities: memory.visibilities.strings, errorCodes: memory.errorCodes.strings, api: api), now: now)
            ?? RecordList()
    }

    /// Counts the texts that exceed their limits, whether or not the endpoint's details are exported. Descriptions do
    /// not count: they may be longer than the limit, and are not exported.
    private mutating func countCutTexts(of record: EndpointRecord) {
        func count(_ text: BorrowedText, limit: Int = RecordDetail.maximumTextBytes) {
            if text.bytes.count > limit { cutValues += 1 }
        }
        count(record.name)
        count(record.ownerName)
        count(record.ownerID)
        count(record.capID)
        count(record.capVersionID)
        count(record.poolID)
        count(record.errorMessage, limit: RecordDetail.maximumMessageBytes)
    }

    /// Ends the listing: sets unknown times and those after `now` to `now`, and drops series that have had no endpoint
    /// for too long.
    mutating func close(now: Timestamp, at instant: ContinuousClock.Instant) {
        for index in memory.statusTimes.values.indices where memory.statusTimes.values[index].since > now {
            memory.statusTimes.values[index].since = now
        }
        memory.pollEnd = now
        memory.recordBytes = records?.size ?? 0
        oldestTransitions = oldestTransitions.mapValues { min($0, now) }
        memory.capacities.close(at: instant)
        memory.resources.sums.close(at: instant)
        memory.counts.close(at: instant)
        // The zero series stay as long as any status of the same type and visibility.
        let pairs = Set(
            memory.counts.series.keys.map { EndpointSeries(type: $0.type, status: 0, visibility: $0.visibility) })
        for pair in pairs { addZeroSeries(of: pair) }
        expectTransitions()
    }

    /// Counts an endpoint.
    /// - Returns: the key it was counted under, with `other` in place of values beyond the limit.
    private mutating func count(_ key: EndpointSeries) -> EndpointSeries {
        var key = key
        if isFull, memory.counts.series[key] == nil { limit(&key) }
        if memory.counts.update(key, { $0 += 1 }) {
            addLabelBytes(of: key)
            // A new pair of type and visibility needs its zero series; a new status of a known pair adds nothing.
            addZeroSeries(of: key)
        }
        return key
    }

    private mutating func addZeroSeries(of pair: EndpointSeries) {
        for status in memory.zeroStatuses {
            let key = EndpointSeries(type: pair.type, status: status, visibility: pair.visibility)
            if memory.counts.insert(key) { addLabelBytes(of: key) }
        }
    }

    private mutating func countError(_ key: EndpointSeries, _ errorCode: UInt32) {
        var key = key
        key.value = errorCode
        if isFull, errors[key] == nil { limit(&key) }
        if errors[key] == nil { addLabelBytes(of: key) }
        errors[key, default: 0] += 1
    }

    private mutating func addCapacities(_ record: EndpointRecord, _ key: EndpointSeries) {
        if let apu = record.apu { add(apu, .apu, key) }
        if let dpu = record.dpu { add(dpu, .dpu, key) }
        if let mu = record.mu { add(mu, .mu, key) }
        guard let ray = record.ray else { return }
        if ray.hasHead { add(.init(specCode: ray.headSpecCode, reserved: 1, maximum: 1), .rayHead, key) }
        for group in ray.workers { add(group, .rayWorker, key) }
    }

    private mutating func add(_ capacity: EndpointRecord.Capacity, _ unit: CapacityUnit, _ key: EndpointSeries) {
        var key = key
        key.value = memory.specCodes.number(
            of: capacity.specCode, limit: settings.maximumLabelValues, cutValues: &cutValues)
        key.unit = unit
        key.isPublic = unit == .dpu && capacity.usesPublicResource
        if isFull, memory.capacities.series[key] == nil { limit(&key) }
        let isNew = memory.capacities.update(key) { sum in
            sum.reserved += Int128(capacity.reserved)
            sum.maximum += Int128(capacity.maximum)
        }
        if isNew { addLabelBytes(of: key) }
    }

    private mutating func addResources(_ record: EndpointRecord, _ key: EndpointSeries) {
        let limit = settings.maximumLabelValues
        let mode = ResourceCapacities.number(
            of: record.resourceMode, in: &memory.resources.modes, limit: limit, cutValues: &cutValues)
        for resource in record.resources {
            let name = ResourceCapacities.number(
                of: resource.name, in: &memory.resources.resources, limit: limit, cutValues: &cutValues)
            let specCode = memory.specCodes.number(
                of: resource.capacity.specCode, limit: limit, cutValues: &cutValues)
            var key = ResourceCapacities.Key(
                type: key.type, status: key.status, resource: name, mode: mode, specCode: specCode)
            if isFull, memory.resources.sums.series[key] == nil { self.limit(&key) }
            let isNew = memory.resources.sums.update(key) { sum in
                sum.reserved += Int128(resource.capacity.reserved)
                sum.maximum += Int128(resource.capacity.maximum)
            }
            if isNew { addLabelBytes(of: key) }
        }
    }

    private var isFull: Bool { labelBytes >= settings.maximumLabelBytes }

    private mutating func addLabelBytes(of key: EndpointSeries) {
        labelBytes += memory.types[key.type].utf8.count + memory.statuses[key.status].utf8.count
        labelBytes += memory.visibilities[key.visibility].utf8.count + memory.values(of: key)[key.value].utf8.count
    }

    private mutating func addLabelBytes(of key: ResourceCapacities.Key) {
        let (type, status) = (memory.types[key.type], memory.statuses[key.status])
        let (resources, specCode) = (memory.resources, memory.specCodes[key.specCode])
        labelBytes += type.utf8.count + status.utf8.count + specCode.utf8.count
        labelBytes += resources.resources[key.resource].utf8.count + resources.modes[key.mode].utf8.count
    }

    /// Replaces an undocumented value of a new series' key by `other`.
    private mutating func limit(_ number: inout UInt32, _ table: StringTable) {
        if table.isDocumented(number) { return }
        cutValues += 1
        number = StringTable.other
    }

    /// Replaces the undocumented values of a new series' key by `other`.
    private mutating func limit(_ key: inout ResourceCapacities.Key) {
        limit(&key.type, memory.types)
        limit(&key.status, memory.statuses)
        limit(&key.resource, memory.resources.resources)
        limit(&key.mode, memory.resources.modes)
        limit(&key.specCode, memory.specCodes)
    }

    /// Replaces the undocumented values of a new series' key by `other`.
    private mutating func limit(_ key: inout EndpointSeries) {
        limit(&key.type, memory.types)
        limit(&key.status, memory.statuses)
        limit(&key.visibility, memory.visibilities)
        limit(&key.value, memory.values(of: key))
    }
}
