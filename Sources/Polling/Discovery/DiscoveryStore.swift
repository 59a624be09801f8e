// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition

/// The health of the discovery of every source. Discovery loops write, scrapes read.
public final class DiscoveryStore: Sendable {
    private let table = SourceTable(initial: DiscoveryHealth()) { $0.fragment(ofSource: $1) }

    /// Creates an empty store.
    public init() {}

    /// Adds a source with discovery. A known source keeps its health.
    public func add(_ source: String) { table.add(source) }

    /// Removes a source and its series. Later notes about it have no effect.
    public func remove(_ source: String) { table.remove(source) }

    /// Resets the discovery of a source whose address changed; the number of failures stays.
    public func reset(_ source: String) { table.update(source) { $0.reset() } }

    /// A number that changes whenever the result of ``fragments()`` changes.
    public var version: UInt64 { table.version }

    /// Returns the rendered series of every source, ordered by name.
    public func fragments() -> [Fragment] { table.fragments }

    /// Returns the state of discovery by source.
    public func statuses() -> [String: SourceStatus.Discovery] { table.states.mapValues(\.status) }

    /// Whether the first discovery of every source has ended, successful or not.
    public var isEverySourceTried: Bool { table.states.values.allSatisfy(\.isTried) }

    /// The sources whose last discovery failed or that had no discovery yet.
    public var failing: [String] { table.states.filter { !$0.value.isTried || $0.value.isFailing }.keys.sorted() }

    /// Notes the end of a discovery.
    func note(_ outcome: DiscoveryHealth.Outcome, endedAt: Timestamp, of source: String) {
        table.update(source) { $0.note(outcome, endedAt: endedAt) }
    }
}
