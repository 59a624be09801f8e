// SPDX-License-Identifier: Apache-2.0

/// Why a poll failed: the closed set of the `reason` label.
public enum FailureReason: String, Sendable, CaseIterable, Comparable {
    case badRequest = "bad_request"
    case credentials
    case forbidden
    case inconsistent
    case network
    case notFound = "not_found"
    case response
    case server
    /// No poll has ended for longer than any poll may take.
    case stalled
    case throttled
    case timeout
    case tls
    case unauthenticated

    /// Orders by the label's text, the order in which series are served.
    public static func < (left: FailureReason, right: FailureReason) -> Bool { left.rawValue < right.rawValue }
}
