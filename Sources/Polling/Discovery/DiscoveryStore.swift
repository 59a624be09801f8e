// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition
import Synchronization

/// The health of the discovery of every source. Discovery loops write, scrapes read.
public final class DiscoveryStore: Sendable {
    private struct Entry {
        var health = DiscoveryHealth()
        var fragment: Fragment
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var version: UInt64 = 1
    }

    private let state = Mutex(State())

    /// Creates an empty store.
    public init() {}

    /// Adds a source with discovery. A known source keeps its health.
    public func add(_ source: String) {
        state.withLock { state in
            guard state.entries[source] == nil else { return }
            state.entries[source] = Entry(fragment: DiscoveryHealth().fragment(ofSource: source))
            state.version += 1
        }
    }

    /// Removes a source and its series. Later notes about it have no effect.
    public func remove(_ source: String) {
        state.withLock { state in
            if state.entries.removeValue(forKey: source) != nil { state.version += 1 }
        }
    }

    /// Resets the discovery of a source whose address changed; the number of failures stays.
    public func reset(_ source: String) { update(source) { $0.reset() } }

    /// A number that changes whenever the result of ``fragments()`` changes.
    public var version: UInt64 { state.withLock { $0.version } }

    /// Returns the rendered series of every source, ordered by name.
    public func fragments() -> [Fragment] {
        let entries = state.withLock { $0.entries }
        return entries.sorted { $0.key < $1.key }.map(\.value.fragment)
    }

    /// Returns the state of discovery by source.
    public func statuses() -> [String: SourceStatus.Discovery] {
        state.withLock { $0.entries.mapValues(\.health.status) }
    }

    /// Whether the first discovery of every source has ended, successful or not.
    public var isEverySourceTried: Bool { state.withLock { $0.entries.values.allSatisfy { $0.health.last != nil } } }

    /// The sources whose last discovery failed or that had no discovery yet.
    public var failing: [String] {
        state.withLock { state in
            state.entries.filter { $0.value.health.last == nil || $0.value.health.isFailing }.keys.sorted()
        }
    }

    /// Notes the end of a discovery.
    func note(_ outcome: DiscoveryHealth.Outcome, endedAt: Timestamp, of source: String) {
        update(source) { $0.note(outcome, endedAt: endedAt) }
    }

    private func update(_ source: String, _ change: (inout DiscoveryHealth) -> Void) {
        state.withLock { state in
            guard var entry = state.entries[source] else { return }
            change(&entry.health)
            entry.fragment = entry.health.fragment(ofSource: source)
            state.entries[source] = entry
            state.version += 1
        }
    }
}
