// SPDX-License-Identifier: Apache-2.0
public import Base
internal import Fabric

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

    /// Creates the reason for a private endpoint.
    /// - Parameter since: when it entered its status.
    /// - Returns: nil if it needs no attention.
    init?(_ phase: Phase, since: Timestamp, hasError: Bool, now: Timestamp) {
        switch phase {
        case .failed: self = .failed
        case .abnormal: self = .abnormal
        case .suspended: self = .suspended
        case .inactive, .gone: return nil
        case .inTransition where since.microseconds < now.microseconds - Self.stuckAfterSeconds * 1_000_000:
            self = .stuck
        case .inTransition, .serving, .unknown:
            guard hasError else { return nil }
            self = .error
        }
    }
}

extension RecordDetail {
    /// Returns why the endpoint needs attention; nil if it needs none. Public endpoints may belong to other tenants and
    /// never need attention.
    public func attention(at now: Timestamp) -> Attention? {
        guard visibility == "PRIVATE" else { return nil }
        return Attention(phase, since: since, hasError: errorCode != nil, now: now)
    }
}

extension ListingSummary {
    /// Returns the number of endpoints that need attention, including those without details.
    public func attention(at now: Timestamp) -> [Attention: Int] {
        var counts: [Attention: Int] = [:]
        func add(_ attention: Attention?, _ number: Int) {
            if let attention, number > 0 { counts[attention, default: 0] += number }
        }
        for status in statuses where status.phase != .inTransition {
            add(Attention(status.phase, since: now, hasError: false, now: now), status.privateRecords)
        }
        for transition in transitions {
            add(Attention(.inTransition, since: transition.since, hasError: transition.hasError, now: now), 1)
        }
        add(.error, privateErrors[.serving, default: 0] + privateErrors[.unknown, default: 0])
        return counts
    }
}
