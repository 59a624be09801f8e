// SPDX-License-Identifier: Apache-2.0

/// What a status means, whatever kind of record has it.
public enum Phase: String, Sendable, CaseIterable {
    /// Between two lasting statuses; the record may be stuck there.
    case inTransition = "in transition"
    /// The record does its work.
    case serving
    /// Something did not succeed.
    case failed
    /// The service says that something is wrong, without saying what failed.
    case abnormal
    /// Stopped for a reason of the account, such as arrears or the end of a trial.
    case suspended
    /// A public endpoint that was never enabled.
    case inactive
    /// The record no longer exists.
    case gone
    /// A status that no document names, or none at all.
    case unknown

    /// Whether records of this phase need attention.
    public var needsAttention: Bool {
        switch self {
        case .inTransition, .failed, .abnormal, .suspended: true
        case .serving, .inactive, .gone, .unknown: false
        }
    }
}
