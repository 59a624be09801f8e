// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

/// The health of a ``SourceLoop``, updated at the end of each read.
struct LoopHealth: Sendable {
    /// Whether a read has ended.
    private(set) var isTried = false
    /// Why the last read failed; nil if it succeeded or there was none.
    private(set) var failure: APIFailure?
    private(set) var lastSuccess: Timestamp?
    /// The end of the first failed read since the last success; nil while up.
    private(set) var failingSince: Timestamp?
    private var failures: [FailureReason: UInt64] = [:]

    /// Notes the end of a read.
    /// - Parameters:
    ///   - failure: nil if it succeeded.
    ///   - endedAt: the wall clock time at its end.
    mutating func note(_ failure: APIFailure?, endedAt: Timestamp) {
        isTried = true
        self.failure = failure
        if let failure {
            failures[failure.reason, default: 0] += 1
            failingSince = failingSince ?? endedAt
        } else {
            lastSuccess = endedAt
            failingSince = nil
        }
    }

    /// Resets the state to that before the first read, except for the number of failures.
    mutating func reset() {
        let failures = failures
        self = LoopHealth()
        self.failures = failures
    }

    /// Renders the series of the health.
    func write(
        up: MetricFamily, lastSuccess family: MetricFamily, failures total: MetricFamily,
        to builder: inout FragmentBuilder
    ) {
        if isTried { builder.add(up, .flag(failure == nil)) }
        if let lastSuccess { builder.add(family, .microseconds(lastSuccess.microseconds)) }
        builder.add(total) { writer in
            for reason in FailureReason.allCases.sorted() {
                writer.sample(.unsigned(failures[reason] ?? 0), ["reason": reason.rawValue])
            }
        }
    }
}
