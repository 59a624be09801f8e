// SPDX-License-Identifier: Apache-2.0
internal import Exposition
import Synchronization

/// Records the outcome of configuration reloads.
final class ReloadRecord: Sendable {
    private struct State {
        var isSuccessful = true
        /// The time when the current configuration was loaded, in microseconds since the epoch.
        var loadedAt: Int64
        var reloads: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Creates a record without reloads.
    init(loadedAt: Int64) { state = Mutex(State(loadedAt: loadedAt)) }

    func noteSuccess(at microseconds: Int64) {
        state.withLock { state in
            state.isSuccessful = true
            state.loadedAt = microseconds
            state.reloads += 1
        }
    }

    func noteFailure() {
        state.withLock { state in
            state.isSuccessful = false
            state.reloads += 1
        }
    }

    func fragment() -> Fragment {
        let state = state.withLock { $0 }
        var builder = FragmentBuilder()
        builder.add(ExporterFamilies.lastReloadSuccessful, .flag(state.isSuccessful))
        builder.add(ExporterFamilies.lastReloadSuccess, .microseconds(state.loadedAt))
        builder.add(ExporterFamilies.reloads, .unsigned(state.reloads))
        return builder.build()
    }
}
