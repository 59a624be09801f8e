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

    /// Adds `channel` if there is room. Where there is none and one of the others may be closed for it, it waits; where
    /// all are busy, or the listener drains, it is refused.
    func admit(_ channel: any Channel) -> ConnectionTable.Admission {
        let id = ObjectIdentifier(channel)
        let admission = state.withLock { state -> ConnectionTable.Admission in
            guard !state.isDraining else { return .refused }
            let admission = state.table.admit(id, now: .now())
            if case .admitted = admission { state.channels[id] = channel }
            return admission
        }
        switch admission {
        case .refused: break
        case .waits(let asked): for id in asked { closeUnlessNeeded(id) }
        case .admitted:
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { state in
                    state.channels[id] = nil
                    state.table.remove(id)
                }
            }
        }
        return admission
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
    /// - Returns: the number of connections that are closed unless a request has just come.
    func makeRoom(_ count: Int) -> Int {
        let asked = state.withLock { $0.table.ask(count, now: .now()) }
        for id in asked { closeUnlessNeeded(id) }
        return asked.count
    }

    /// Closes a connection if it is still not busy when its event loop looks. It stays among the channels until it is
    /// closed, so that a shutdown waits for it.
    private func closeUnlessNeeded(_ id: ConnectionTable.ID) {
        guard let channel = state.withLock({ $0.channels[id] }) else { return }
        channel.eventLoop.execute {
            if self.state.withLock({ $0.table.close(id, now: .now()) }) { closeAbruptly(channel) }
        }
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
