// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition

/// The quotas of every source that collects them. Quota loops write, scrapes read.
public final class QuotaStore: Sendable {
    private let clock: any ExporterClock
    private let table = SourceTable(initial: QuotaHealth()) { $0.fragment(ofSource: $1) }

    /// Creates an empty store.
    public init(clock: any ExporterClock) { self.clock = clock }

    /// Adds a source with quotas. A known source keeps them.
    public func add(_ source: String) { table.add(source) }

    /// Removes a source and its series. Later notes about it have no effect.
    public func remove(_ source: String) { table.remove(source) }

    /// Drops the quotas of a source whose address or project changed; the number of failures stays.
    public func reset(_ source: String) { table.update(source) { $0.reset() } }

    /// A number that changes whenever the result of ``fragments()`` changes. Reads the clock, because quotas become stale
    /// without any other event.
    public var version: UInt64 {
        dropStale()
        return table.version
    }

    /// Returns the rendered series of every source, ordered by name.
    public func fragments() -> [Fragment] {
        dropStale()
        return table.fragments
    }

    /// Returns the state of quotas by source.
    public func statuses() -> [String: QuotaStatus] {
        dropStale()
        return table.states.mapValues(\.status)
    }

    /// The sources whose last read failed or that had none yet.
    public var failing: [String] { table.states.filter(\.value.isFailing).keys.sorted() }

    /// Notes the end of a read.
    func note(_ outcome: QuotaHealth.Outcome, endedAt: Timestamp, of source: String) {
        table.update(source) { $0.note(outcome, endedAt: endedAt) }
    }

    private func dropStale() {
        let now = clock.now
        for (source, health) in table.states where health.isExpired(at: now) {
            // Checked again, because new quotas may have been noted meanwhile.
            table.update(source) { if $0.isExpired(at: now) { $0.dropStale() } }
        }
    }
}
