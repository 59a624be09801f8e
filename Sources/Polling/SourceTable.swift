// SPDX-License-Identifier: Apache-2.0
internal import Exposition
import Synchronization

/// A state of each source with its rendered series. Loops write, scrapes read.
final class SourceTable<State: Sendable>: Sendable {
    private struct Content {
        var entries: [String: (state: State, fragment: Fragment)] = [:]
        var version: UInt64 = 1
    }

    private let initial: State
    private let render: @Sendable (State, String) -> Fragment
    private let content = Mutex(Content())

    /// Creates an empty table.
    /// - Parameters:
    ///   - initial: the state of a new source.
    ///   - render: returns the series of a state and a source.
    init(initial: State, render: @escaping @Sendable (State, String) -> Fragment) {
        self.initial = initial
        self.render = render
    }

    /// Adds a source. A known source keeps its state.
    func add(_ source: String) {
        content.withLock { content in
            guard content.entries[source] == nil else { return }
            content.entries[source] = (initial, render(initial, source))
            content.version += 1
        }
    }

    /// Removes a source and its series. Later updates of it have no effect.
    func remove(_ source: String) {
        content.withLock { content in
            if content.entries.removeValue(forKey: source) != nil { content.version += 1 }
        }
    }

    /// Changes the state of a source.
    func update(_ source: String, _ change: (inout State) -> Void) {
        content.withLock { content in
            guard var state = content.entries[source]?.state else { return }
            change(&state)
            content.entries[source] = (state, render(state, source))
            content.version += 1
        }
    }

    /// A number that changes whenever the result of ``fragments`` changes.
    var version: UInt64 { content.withLock { $0.version } }

    /// The rendered series of every source, ordered by name.
    var fragments: [Fragment] {
        content.withLock { $0.entries }.sorted { $0.key < $1.key }.map(\.value.fragment)
    }

    /// The states by source.
    var states: [String: State] { content.withLock { $0.entries.mapValues(\.state) } }
}
