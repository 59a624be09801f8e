// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric

/// Why an endpoint needs attention, worst first. The first reason that applies counts.
public enum Attention: String, Sendable, CaseIterable {
    case failed
    case stuck
    case abnormal
    case suspended
    /// It has an error code.
    case error

    /// The seconds in transition after which an endpoint is stuck: the default threshold of the alert's warning.
    public static let stuckAfterSeconds: Int64 = 1_800

    /// The position in `allCases`: 0 for the worst.
    public var rank: Int {
        switch self {
        case .failed: 0
        case .stuck: 1
        case .abnormal: 2
        case .suspended: 3
        case .error: 4
        }
    }
}

extension RecordList.Row {
    /// Returns why the endpoint needs attention; nil if it needs none. Public endpoints may belong to other tenants and
    /// never need attention.
    public func attention(at now: Timestamp) -> Attention? {
        guard isPrivate else { return nil }
        switch phase {
        case .failed: return .failed
        case .abnormal: return .abnormal
        case .suspended: return .suspended
        case .inactive, .gone: return nil
        case .inTransition where since.microseconds < now.microseconds - Attention.stuckAfterSeconds * 1_000_000:
            return .stuck
        case .inTransition, .serving, .unknown: return hasError ? .error : nil
        }
    }
}

/// Numbers of private records. Public ones may belong to other tenants.
public struct RecordCounts: Sendable, Equatable {
    /// The records that need attention, by reason.
    public private(set) var attention: [Attention: Int]
    /// The records in each phase.
    public private(set) var phases: [Phase: Int]
    /// The records with an error code, except those that are inactive or gone.
    public private(set) var withError: Int

    init(attention: [Attention: Int], phases: [Phase: Int], withError: Int) {
        self.attention = attention
        self.phases = phases
        self.withError = withError
    }

    /// Creates counts of zero.
    public init() { self.init(attention: [:], phases: [:], withError: 0) }

    /// Adds the counts of other records.
    public static func += (left: inout RecordCounts, right: RecordCounts) {
        left.attention.merge(right.attention, uniquingKeysWith: +)
        left.phases.merge(right.phases, uniquingKeysWith: +)
        left.withError += right.withError
    }
}

extension RecordList {
    /// Returns the numbers of private records.
    public func counts(at now: Timestamp) -> RecordCounts {
        // Arrays, because hashing the key of each of 100,000 records takes longer than reading them.
        var attention = [Int](repeating: 0, count: Attention.allCases.count)
        var phases = [Int](repeating: 0, count: Phase.allCases.count)
        var withError = 0
        for row in self where row.isPrivate {
            phases[row.phase.index] += 1
            if row.hasError, row.phase != .inactive, row.phase != .gone { withError += 1 }
            if let reason = row.attention(at: now) { attention[reason.rank] += 1 }
        }
        return RecordCounts(
            attention: Self.dictionary(attention), phases: Self.dictionary(phases), withError: withError)
    }

    /// Returns the numbers above 0 by key.
    private static func dictionary<Key: CaseIterable & Hashable>(_ numbers: [Int]) -> [Key: Int] {
        Dictionary(uniqueKeysWithValues: zip(Key.allCases, numbers).filter { $0.1 > 0 })
    }
}
