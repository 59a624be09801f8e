// SPDX-License-Identifier: Apache-2.0

/// Why a poll failed: the values of the label `reason`.
public enum FailureReason: String, Sendable, CaseIterable, Comparable {
    case badRequest = "bad_request"
    case credentials
    case forbidden
    case inconsistent
    case network
    case notFound = "not_found"
    case response
    case server
    /// No poll has ended within the maximum duration of a poll.
    case stalled
    case throttled
    case timeout
    case tls
    case unauthenticated

    /// Orders by the label's value, which is the order of the series.
    public static func < (left: FailureReason, right: FailureReason) -> Bool { left.rawValue < right.rawValue }
}
