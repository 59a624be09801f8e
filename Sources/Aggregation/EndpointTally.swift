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

struct CountKey: Sendable, Hashable, Comparable {
    var type: String
    var status: String
    var visibility: String

    static func < (left: CountKey, right: CountKey) -> Bool {
        (left.type, left.status, left.visibility) < (right.type, right.status, right.visibility)
    }
}

struct ErrorKey: Sendable, Hashable, Comparable {
    var type: String
    var status: String
    var code: String

    static func < (left: ErrorKey, right: ErrorKey) -> Bool {
        (left.type, left.status, left.code) < (right.type, right.status, right.code)
    }
}

struct CapacityKey: Sendable, Hashable, Comparable {
    enum Unit: Sendable { case apu, dpu, mu, rayHead, rayWorker }

    var unit: Unit
    var type: String
    var status: String
    var specCode: String?
    var isPublic = false

    static func < (left: CapacityKey, right: CapacityKey) -> Bool {
        (left.type, left.status, left.specCode ?? "", left.isPublic ? 1 : 0)
            < (right.type, right.status, right.specCode ?? "", right.isPublic ? 1 : 0)
    }
}

/// Two sums that belong together. Added in 128 bits, so that neither order nor overflow changes a sum; clamped to 64
/// when it is served.
struct CapacitySum: Sendable, Equatable {
    var reserved: Int128 = 0
    var maximum: Int128 = 0
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
    private(set) var counts: [CountKey: Int] = [:]
    private(set) var errors: [ErrorKey: Int] = [:]
    private(set) var oldestTransitions: [CountKey: Timestamp] = [:]
    private(set) var capacities: [CapacityKey: CapacitySum] = [:]
    private(set) var details: DetailSelection

    /// An empty tally; `memory` is that of the last complete listing.
    public init(settings: Settings, memory: WorkspaceMemory) {
        self.settings = settings
        previousStatuses = memory.statuses
        details = DetailSelection(limit: settings.maximumDetails)
        for key in memory.counted { counts[key] = 0 }
        for key in memory.capacities { capacities[key] = CapacitySum() }
    }

    /// Takes in one endpoint.
    public mutating func add(_ row: EndpointRow) {
        let status = row.status.rawValue
        let since = previousStatuses.since(row)
        if remembers(row) { statuses.remember(row, since: since) }
        count(row)
        if let code = row.errorCode {
            errors[ErrorKey(type: row.type, status: status, code: code), default: 0] += 1
        }
        if row.status.isTransitional {
            let key = CountKey(type: row.type, status: status, visibility: "")
            oldestTransitions[key] = min(oldestTransitions[key] ?? since, since)
        }
        if settings.details.includes(row) { details.offer(EndpointDetail(row, since: since)) }
        addCapacities(row)
    }

    /// Without details only the oldest transition is served, so only endpoints on their way need a memory.
    private func remembers(_ row: EndpointRow) -> Bool {
        settings.remembers && (settings.details != .none || row.status.isTransitional)
    }

    private mutating func count(_ row: EndpointRow) {
        let key = CountKey(type: row.type, status: row.status.rawValue, visibility: row.visibility)
        if let known = counts[key] {
            counts[key] = known + 1
            return
        }
        // The first of its pair, or an undocumented status: every documented status is served for a pair once seen.
        for documented in EndpointStatus.documented {
            let sibling = CountKey(type: row.type, status: documented.rawValue, visibility: row.visibility)
            if counts[sibling] == nil { counts[sibling] = 0 }
        }
        counts[key, default: 0] += 1
    }

    private mutating func addCapacities(_ row: EndpointRow) {
        func key(_ unit: CapacityKey.Unit, _ specCode: String?, isPublic: Bool = false) -> CapacityKey {
            CapacityKey(
                unit: unit, type: row.type, status: row.status.rawValue, specCode: specCode, isPublic: isPublic)
        }
        if let apu = row.apu { add(apu.reserved, apu.maximum, to: key(.apu, apu.specCode)) }
        if let dpu = row.dpu {
            add(dpu.reserved, dpu.maximum, to: key(.dpu, dpu.specCode, isPublic: dpu.usesPublicResource))
        }
        if let mu = row.mu { add(mu.reserved, mu.maximum, to: key(.mu, mu.specCode)) }
        guard let ray = row.ray else { return }
        if ray.hasHead { add(1, 1, to: key(.rayHead, ray.headSpecCode)) }
        for group in ray.workers { add(group.minimum, group.maximum, to: key(.rayWorker, group.specCode)) }
    }

    private mutating func add(_ reserved: Int64, _ maximum: Int64, to key: CapacityKey) {
        capacities[key, default: CapacitySum()].reserved += Int128(reserved)
        capacities[key, default: CapacitySum()].maximum += Int128(maximum)
    }
}
