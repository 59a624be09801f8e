// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Polling
import Synchronization

/// Records the outcome of configuration reloads.
final class ReloadRecord: Sendable {
    private struct State {
        var reload: StatusReport.Reload
        var reloads: UInt64 = 0
    }

    /// The maximum size of a failure's text in bytes; the log has the whole text.
    private static let maximumErrorBytes = 4_096

    private let state: Mutex<State>

    /// Creates a record without reloads.
    init(loadedAt: Timestamp) { state = Mutex(State(reload: .init(loadedAt: loadedAt))) }

    /// When the current configuration was loaded, and the failure of the last reload.
    var last: StatusReport.Reload { state.withLock { $0.reload } }

    func noteSuccess(at time: Timestamp) {
        state.withLock { state in
            state.reload = .init(loadedAt: time)
            state.reloads += 1
        }
    }

    /// - Parameter error: the errors, one per line. Redacted now, because the secrets of a configuration that was not
    ///   loaded are soon forgotten.
    func noteFailure(_ error: String, at time: Timestamp) {
        let error = KnownSecrets.shared.redacting(error).prefix(bytes: Self.maximumErrorBytes)
        state.withLock { state in
            state.reload.failure = .init(at: time, error: error)
            state.reloads += 1
        }
    }

    func fragment() -> Fragment {
        let state = state.withLock { $0 }
        var builder = FragmentBuilder()
        builder.add(ExporterFamilies.lastReloadSuccessful, .flag(state.reload.failure == nil))
        builder.add(ExporterFamilies.lastReloadSuccess, .microseconds(state.reload.loadedAt.microseconds))
        builder.add(ExporterFamilies.reloads, .unsigned(state.reloads))
        return builder.build()
    }
}
