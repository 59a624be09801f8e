// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

/// The last quotas of a source and the health of reading them.
struct QuotaHealth: Sendable {
    /// The outcome of a read.
    enum Outcome: Sendable {
        /// The complete quotas, read at this time of the monotonic clock, and the age at which they are stale; nil:
        /// never.
        case read(QuotaList, at: ContinuousClock.Instant, staleAfter: Duration?)
        case failed(APIFailure)
    }

    private var health = LoopHealth()
    /// The last quotas; nil before the first success, and once they are stale.
    private var list: QuotaList?
    private var expiry: ContinuousClock.Instant?

    /// Whether the last read failed, or there was none yet.
    var isFailing: Bool { !health.isTried || health.failure != nil }

    /// Notes the end of a read.
    /// - Parameter endedAt: the wall clock time at its end.
    mutating func note(_ outcome: Outcome, endedAt: Timestamp) {
        switch outcome {
        case .read(let list, let instant, let staleAfter):
            self.list = list
            expiry = staleAfter.map { instant + $0 }
            health.note(nil, endedAt: endedAt)
        case .failed(let failure): health.note(failure, endedAt: endedAt)
        }
    }

    /// Whether the last quotas must be dropped at `now`.
    func isExpired(at now: ContinuousClock.Instant) -> Bool { list != nil && expiry.map { now >= $0 } ?? false }

    /// Drops the last quotas, because they are stale.
    mutating func dropStale() { list = nil }

    /// Resets the state to that before the first read, except for the number of failures.
    mutating func reset() {
        health.reset()
        list = nil
    }

    /// The state for the status page and the status JSON.
    var status: QuotaStatus {
        QuotaStatus(
            isTried: health.isTried, failure: health.failure.map(ListingStatus.Failure.init),
            lastSuccess: health.lastSuccess, failingSince: health.failingSince, exported: list)
    }

    func fragment(ofSource source: String) -> Fragment {
        typealias Families = QuotaFamilies
        var builder = FragmentBuilder(labels: [Label("source", source)])
        let values: [(MetricFamily, (Quota) -> Int64?)] = [(Families.used, \.used), (Families.limit, \.limit)]
        for (family, value) in values {
            builder.add(family) { writer in
                for quota in list?.quotas ?? [] {
                    if let value = value(quota) { writer.sample(.integer(value), ["resource": quota.resource]) }
                }
            }
        }
        health.write(
            up: Families.isUp, lastSuccess: Families.lastSuccess, failures: Families.failures, to: &builder)
        return builder.build()
    }
}
