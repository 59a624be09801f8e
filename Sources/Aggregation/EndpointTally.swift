// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// What one listing is handed from the one before it: since when statuses last, and which series have been seen, so
/// that they stay, at zero.
public struct WorkspaceMemory: Sendable {
    var statuses = StatusMemory()
    var counted: Set<CountKey> = []
    var capacities: Set<CapacityKey> = []

    /// Nothing remembered, as after a start.
    public init() {}
}

struct CountKey: CellKey, Comparable {
    var type: Word
    var status: Word
    var visibility: Word

    func fingerprint(_ pair: UInt64) -> UInt64 { visibility.fingerprint(pair) }

    static func < (left: CountKey, right: CountKey) -> Bool {
        (left.type, left.status, left.visibility) < (right.type, right.status, right.visibility)
    }
}

struct ErrorKey: CellKey, Comparable {
    var type: Word
    var status: Word
    var code: Word

    func fingerprint(_ pair: UInt64) -> UInt64 { code.fingerprint(pair) }

    static func < (left: ErrorKey, right: ErrorKey) -> Bool {
        (left.type, left.status, left.code) < (right.type, right.status, right.code)
    }
}

struct CapacityKey: CellKey, Comparable {
    enum Unit: UInt64, Sendable { case apu, dpu, mu, rayHead, rayWorker }

    var unit: Unit
    var type: Word
    var status: Word
    var specCode: Word?
    var isPublic = false

    func fingerprint(_ pair: UInt64) -> UInt64 {
        let seed = pair ^ unit.rawValue << 1 ^ (isPublic ? 1 : 0)
        return specCode?.fingerprint(seed) ?? seed
    }

    static func < (left: CapacityKey, right: CapacityKey) -> Bool {
        (left.type, left.status, left.specCode?.text ?? "", left.isPublic ? 1 : 0)
            < (right.type, right.status, right.specCode?.text ?? "", right.isPublic ? 1 : 0)
    }
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

    private let settings: Settings
    private let previousStatuses: StatusMemory
    private(set) var statuses = StatusMemory()
    private(set) var counts = CellTable<CountKey, Int>()
    private(set) var errors = CellTable<ErrorKey, Int>()
    private(set) var oldestTransitions = CellTable<CountKey, Timestamp>()
    private(set) var capacities = CellTable<CapacityKey, CapacitySum>()
    private(set) var details: DetailSelection

    /// An empty tally; `memory` is that of the last complete listing.
    public init(settings: Settings, memory: WorkspaceMemory) {
        self.settings = settings
        previousStatuses = memory.statuses
        details = DetailSelection(limit: settings.maximumDetails)
        for key in memory.counted { counts.insert(key, 0) }
        for key in memory.capacities { capacities.insert(key, CapacitySum()) }
    }

    /// Takes in the endpoints of a page.
    public mutating func add(contentsOf rows: [EndpointRow]) {
        // By index in place: a row is large, and `for row in rows` copies it.
        rows.withUnsafeBufferPointer { rows in
            for index in rows.indices { add(rows[index]) }
        }
    }

    /// Those that may be served one by one.
    public var texts: RowTexts { settings.details.texts }

    /// Takes in one endpoint.
    public mutating func add(_ row: EndpointRow) {
        let status = row.status.word
        let pair = CountKey.pair(row.type, status)
        let since = previousStatuses.since(row)
        if remembers(row) { statuses.remember(row, since: since) }
        count(row, pair)
        if let code = row.errorCode {
            errors.update(ErrorKey(type: row.type, status: status, code: code), pair, initial: 0) { $0 += 1 }
        }
        if row.status.isTransitional {
            let key = CountKey(type: row.type, status: status, visibility: "")
            oldestTransitions.update(key, pair, initial: since) { $0 = min($0, since) }
        }
        if texts.include(row) { details.offer(EndpointDetail(row, since: since)) }
        addCapacities(row, pair)
    }

    /// Without details only the oldest transition is served, so only endpoints on their way need a memory.
    private func remembers(_ row: EndpointRow) -> Bool {
        settings.remembers && (settings.details != .none || row.status.isTransitional)
    }

    private mutating func count(_ row: EndpointRow, _ pair: UInt64) {
        let key = CountKey(type: row.type, status: row.status.word, visibility: row.visibility)
        let known = counts.cells.count
        counts.update(key, pair, initial: 0) { $0 += 1 }
        guard counts.cells.count > known else { return }
        // The first of its pair, or an undocumented status: every documented status is served for a pair once seen.
        for documented in EndpointStatus.documented {
            counts.insert(CountKey(type: row.type, status: documented.word, visibility: row.visibility), 0)
        }
    }

    private mutating func addCapacities(_ row: EndpointRow, _ pair: UInt64) {
        func key(_ unit: CapacityKey.Unit, _ specCode: Word?, isPublic: Bool = false) -> CapacityKey {
            CapacityKey(
                unit: unit, type: row.type, status: row.status.word, specCode: specCode, isPublic: isPublic)
        }
        if let apu = row.apu { add(apu.reserved, apu.maximum, to: key(.apu, apu.specCode), pair) }
        if let dpu = row.dpu {
            add(dpu.reserved, dpu.maximum, to: key(.dpu, dpu.specCode, isPublic: dpu.usesPublicResource), pair)
        }
        if let mu = row.mu { add(mu.reserved, mu.maximum, to: key(.mu, mu.specCode), pair) }
        guard let ray = row.ray else { return }
        if ray.hasHead { add(1, 1, to: key(.rayHead, ray.headSpecCode), pair) }
        for group in ray.workers { add(group.minimum, group.maximum, to: key(.rayWorker, group.specCode), pair) }
    }

    private mutating func add(_ reserved: Int64, _ maximum: Int64, to key: CapacityKey, _ pair: UInt64) {
        capacities.update(key, pair, initial: CapacitySum()) { $0.add(reserved, maximum) }
    }
}
