// SPDX-License-Identifier: Apache-2.0
internal import Base
public import Exposition
import Synchronization

/// The health of every source's discovery. Loops write, scrapes read.
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

    /// A store without sources.
    public init() {}

    /// Takes in a source whose discovery is on; one that is there already keeps its health.
    public func add(_ source: String) {
        state.withLock { state in
            guard state.entries[source] == nil else { return }
            state.entries[source] = Entry(fragment: DiscoveryHealth().fragment(ofSource: source))
            state.version += 1
        }
    }

    /// Drops a source with its series; what a discovery of it still notes afterwards is lost.
    public func remove(_ source: String) {
        state.withLock { state in
            if state.entries.removeValue(forKey: source) != nil { state.version += 1 }
        }
    }

    /// Forgets what the discoveries of a source found, because it was somewhere else; its failures stay counted.
    public func forget(_ source: String) { update(source) { $0.forget() } }

    /// Changes whenever ``fragments()`` would give something else.
    public var version: UInt64 { state.withLock { $0.version } }

    /// Every source's rendered series, ordered by source.
    public func fragments() -> [Fragment] {
        let entries = state.withLock { $0.entries }
        return entries.sorted { $0.key < $1.key }.map(\.value.fragment)
    }

    /// How the discovery of each source went.
    public func statuses() -> [String: SourceStatus.Discovery] {
        state.withLock { $0.entries.mapValues(\.health.status) }
    }

    /// Whether the first discovery of every source has ended, well or badly.
    public var isEverySourceTried: Bool { state.withLock { $0.entries.values.allSatisfy { $0.health.last != nil } } }

    /// The sources whose last discovery failed, and those that have had none.
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
