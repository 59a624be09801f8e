// SPDX-License-Identifier: Apache-2.0

/// The meaning of a status, for all kinds of records.
public enum Phase: String, Sendable, CaseIterable, BitwiseCopyable {
    /// Being created, updated or deleted; the record may be stuck.
    case inTransition = "in transition"
    /// Running.
    case serving
    /// An operation failed.
    case failed
    /// The service reports an error without naming the failed operation.
    case abnormal
    /// Stopped because of the account, such as arrears or the end of a trial.
    case suspended
    /// A public endpoint that was never enabled.
    case inactive
    /// The record no longer exists.
    case gone
    /// An undocumented or missing status.
    case unknown

    /// The position in `allCases`, for arrays by phase.
    public var index: Int {
        switch self {
        case .inTransition: 0
        case .serving: 1
        case .failed: 2
        case .abnormal: 3
        case .suspended: 4
        case .inactive: 5
        case .gone: 6
        case .unknown: 7
        }
    }

    /// Whether records in this phase may need attention. In transition counts, because the record may get stuck.
    public var needsAttention: Bool {
        switch self {
        case .inTransition, .failed, .abnormal, .suspended: true
        case .serving, .inactive, .gone, .unknown: false
        }
    }
}
