// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// What one listing is handed from the one before it: since when statuses last, and which series have been seen, so
/// that they stay, at zero.
public struct WorkspaceMemory: Sendable {
    /// Gives the words of everything else their numbers.
    var words = WordTable()
    var statuses = StatusMemory()
    var counted: [CellKey] = []
    var capacities: [CellKey] = []

    /// Nothing remembered, as after a start.
    public init() {}
}

/// Units that are added up; the `kind` of a capacity's key is one of these, times two, and one more where it is public.
enum CapacityUnit: UInt32, Sendable { case apu, dpu, mu, rayHead, rayWorker }

extension CellKey {
    init(_ unit: CapacityUnit, type: UInt32, status: UInt32, specCode: UInt32, isPublic: Bool = false) {
        self.init(type: type, status: status, word: specCode, kind: unit.rawValue * 2 + (isPublic ? 1 : 0))
    }

    /// Of a capacity's key.
    var unit: CapacityUnit? { CapacityUnit(rawValue: kind / 2) }
    /// Of a capacity's key.
    var isPublic: Bool { kind % 2 == 1 }
}

/// Two sums that belong together. Added in 128 bits, so that neither order nor overflow changes a sum; clamped to 64
/// when it is served.
struct CapacitySum: Sendable, Equatable {
    var reserved: Int128 = 0
    var maximum: Int128 = 0

    mutating func add(_ reserved: Int64, _ maximum: Int64) {
        self.reserved += Int128(reserved)
        self.maximum += Int128(maximum)
    }
}

/// The fold of a listing's rows into everything that is served of them. Memory grows with the series, not with the rows,
/// except for the memory of statuses.
public struct EndpointTally: EndpointFold {
    /// What to serve and what to keep.
    public struct Settings: Sendable, Equatable {
        /// Which endpoints to serve one by one.
        public var details: DetailLevel
        /// At most so many.
        public var maximumDetails: Int
        /// Whether there will be another listing to hand the memory to.
        public var remembers: Bool

        /// Settings of these values.
        public init(details: DetailLevel, maximumDetails: Int, remembers: Bool = true) {
            self.details = details
            self.maximumDetails = maximumDetails
            self.remembers = remembers
        }
    }

    let settings: Settings
    private let previousStatuses: StatusMemory
    private(set) var words: WordTable
    private(set) var statuses = StatusMemory()
    private(set) var counts = CellTable<Int>()
    private(set) var errors = CellTable<Int>()
    private(set) var oldestTransitions = CellTable<Timestamp>()
    private(set) var capacities = CellTable<CapacitySum>()
    private(set) var details: DetailSelection
    private let unknown, unknownStatus, privately: UInt32
    /// What statuses are, by their numbers; known of those that have been seen.
    private var statusTraits: [StatusTraits?] = []
    private let documentedStatuses: [UInt32]

    private struct StatusTraits {
        var isCreating: Bool
        var isTransitional: Bool
        var isProblem: Bool
    }

    /// An empty tally; `memory` is that of the last complete listing.
    public init(settings: Settings, memory: WorkspaceMemory) {
        self.settings = settings
        previousStatuses = memory.statuses
        words = memory.words
        unknown = words.number(of: "unknown")
        unknownStatus = words.number(of: EndpointStatus.unknown.word)
        privately = words.number(of: "PRIVATE")
        var numbers: [UInt32] = []
        for status in EndpointStatus.documented { numbers.append(words.number(of: status.word)) }
        documentedStatuses = numbers
        details = DetailSelection(limit: settings.maximumDetails)
        for key in memory.counted { counts.insert(key, 0) }
        for key in memory.capacities { capacities.insert(key, CapacitySum()) }
    }

    /// Takes in one endpoint.
    public mutating func add(_ record: EndpointRecord) {
        let type = words.number(of: record.type, or: unknown)
        let status = words.number(of: record.status, or: unknownStatus)
        let visibility = words.number(of: record.visibility, or: privately)
        let errorCode = words.number(of: record.errorCode)
        let traits = traits(of: status)
        let since = previousStatuses.since(record, status: status, isCreating: traits.isCreating)
        // Without details only the oldest transition is served, so only endpoints on their way need a memory.
        if settings.remembers, settings.details != .none || traits.isTransitional {
            statuses.remember(record.id, status: status, since: since)
        }
        count(type, status, visibility)
        if errorCode != WordTable.none {
            errors.update(CellKey(type: type, status: status, word: errorCode), initial: 0) { $0 += 1 }
        }
        if traits.isTransitional {
            oldestTransitions.update(CellKey(type: type, status: status), initial: since) { $0 = min($0, since) }
        }
        if isDetail(traits, hasError: errorCode != WordTable.none) {
            let candidate = DetailSelection.Candidate(
                id: record.id, since: since, type: type, status: status, visibility: visibility, errorCode: errorCode)
            details.offer(candidate) { candidate in
                candidate.name = record.name.string
                candidate.errorMessage = record.errorMessage.string
            }
        }
        addCapacities(record, type, status)
    }

    @inline(__always)
    private mutating func traits(of status: UInt32) -> StatusTraits {
        if Int(status) < statusTraits.count, let known = statusTraits[Int(status)] { return known }
        return addTraits(of: status)
    }

    private mutating func addTraits(of status: UInt32) -> StatusTraits {
        let meaning = EndpointStatus(words.words[Int(status)])
        let traits = StatusTraits(
            isCreating: meaning == .creating, isTransitional: meaning.isTransitional,
            isProblem: meaning.isProblem(errorCode: nil))
        while statusTraits.count <= Int(status) { statusTraits.append(nil) }
        statusTraits[Int(status)] = traits
        return traits
    }

    private func isDetail(_ traits: StatusTraits, hasError: Bool) -> Bool {
        switch settings.details {
        case .none: false
        case .problems: traits.isProblem || hasError
        case .all: true
        }
    }

    @inline(__always)
    private mutating func count(_ type: UInt32, _ status: UInt32, _ visibility: UInt32) {
        let key = CellKey(type: type, status: status, word: visibility)
        guard counts.update(key, initial: 0, { $0 += 1 }) else { return }
        // The first of its pair, or an undocumented status: every documented status is served for a pair once seen.
        for documented in documentedStatuses {
            counts.insert(CellKey(type: type, status: documented, word: visibility), 0)
        }
    }

    @inline(__always)
    private mutating func addCapacities(_ record: EndpointRecord, _ type: UInt32, _ status: UInt32) {
        if let apu = record.apu { add(apu, .apu, type, status) }
        if let dpu = record.dpu { add(dpu, .dpu, type, status) }
        if let mu = record.mu { add(mu, .mu, type, status) }
        guard let ray = record.ray else { return }
        if ray.hasHead {
            add(.init(specCode: ray.headSpecCode, reserved: 1, maximum: 1), .rayHead, type, status)
        }
        for group in ray.workers { add(group, .rayWorker, type, status) }
    }

    @inline(__always)
    private mutating func add(
        _ capacity: EndpointRecord.Capacity, _ unit: CapacityUnit, _ type: UInt32, _ status: UInt32
    ) {
        let key = CellKey(
            unit, type: type, status: status, specCode: words.number(of: capacity.specCode),
            isPublic: unit == .dpu && capacity.usesPublicResource)
        capacities.update(key, initial: CapacitySum()) { $0.add(capacity.reserved, capacity.maximum) }
    }
}
