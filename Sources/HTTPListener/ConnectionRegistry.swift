// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections of a listener, known from the moment they are accepted: one that no task serves yet must be
/// closed at shutdown like any other.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let limit: Int
    private let state = Mutex(State())
    private let continuation: AsyncStream<Connection>.Continuation
    /// Accepted connections, to be served; ends with ``drain()``.
    let accepted: AsyncStream<Connection>

    init(limit: Int) {
        self.limit = limit
        (accepted, continuation) = AsyncStream.makeStream()
    }

    /// Takes `channel` in, unless the listener drains or is full.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let admitted = state.withLock { state in
            guard !state.isDraining, state.channels.count < limit else { return false }
            state.channels[id] = channel
            return true
        }
        if admitted {
            channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } }
        }
        return admitted
    }

    /// Hands an admitted connection to whoever serves.
    func enqueue(_ connection: Connection) {
        continuation.yield(connection)
    }

    /// Refuses further connections.
    /// - Returns: whether this was the first call.
    @discardableResult
    func drain() -> Bool {
        let isFirst = state.withLock { state in
            defer { state.isDraining = true }
            return !state.isDraining
        }
        continuation.finish()
        return isFirst
    }

    /// Whether responses should be the last of their connection.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// The connections that are open now.
    var open: [any Channel] { state.withLock { Array($0.channels.values) } }
}
