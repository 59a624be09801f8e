// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections of a listener, known from the moment they are accepted: one that no task serves yet must be
/// closed at shutdown like any other.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var table: ConnectionTable
        var isDraining = false
    }

    private let state: Mutex<State>
    private let continuation: AsyncStream<Connection>.Continuation
    /// Accepted connections, to be served; ends with ``drain()``.
    let accepted: AsyncStream<Connection>

    init(limit: Int) {
        state = Mutex(State(table: ConnectionTable(limit: limit, hasUnreadBytes: SocketDescriptor.hasUnreadBytes)))
        (accepted, continuation) = AsyncStream.makeStream()
    }

    /// Adds `channel`, unless the listener drains or all of its connections are busy. At the limit another connection is
    /// closed for it.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let (admitted, replaced) = state.withLock { state -> (Bool, (any Channel)?) in
            guard !state.isDraining else { return (false, nil) }
            switch state.table.admit(id, now: .now()) {
            case .refused: return (false, nil)
            case .admitted:
                state.channels[id] = channel
                return (true, nil)
            case .replaces(let other):
                state.channels[id] = channel
                // It stays among the channels until it is closed, so that a shutdown waits for it.
                return (true, state.channels[other])
            }
        }
        if let replaced { closeAbruptly(replaced) }
        if admitted {
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { state in
                    state.channels[id] = nil
                    state.table.remove(id)
                }
            }
        }
        return admitted
    }

    /// Notes the socket of an admitted connection.
    func setUp(_ id: ConnectionTable.ID, descriptor: CInt) {
        state.withLock { $0.table.setUp(id, descriptor: descriptor) }
    }

    /// Notes what a connection does from now on.
    func note(_ activity: ConnectionTable.Activity, of id: ConnectionTable.ID) {
        state.withLock { $0.table.note(activity, of: id, now: .now()) }
    }

    /// Closes up to `count` connections that are not busy, the one that has been idle longest first.
    /// - Returns: the number of connections closed.
    func makeRoom(_ count: Int) -> Int {
        let channels = state.withLock { state in
            state.table.makeRoom(count, now: .now()).compactMap { state.channels[$0] }
        }
        for channel in channels { closeAbruptly(channel) }
        return channels.count
    }

    /// Hands an admitted connection to the task that serves.
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
