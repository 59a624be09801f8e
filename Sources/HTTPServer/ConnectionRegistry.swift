// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Synchronization

/// The open connections of a listener, registered when they are accepted, so that shutdown also closes connections that
/// no task serves yet.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var table: ConnectionTable
        var isDraining = false
    }

    private let state: Mutex<State>
    private let continuation: AsyncStream<Connection>.Continuation
    /// The accepted connections to serve; ends with ``drain()``.
    let accepted: AsyncStream<Connection>

    init(limit: Int) {
        state = Mutex(State(table: ConnectionTable(limit: limit, hasUnreadBytes: SocketDescriptor.hasUnreadBytes)))
        (accepted, continuation) = AsyncStream.makeStream()
    }

    /// Admits `channel` if the limit permits. Otherwise it has to wait for an idle connection to be closed by
    /// ``closeIfIdle(_:)``, or is rejected if all others are busy or the listener drains.
    func admit(_ channel: any Channel) -> ConnectionTable.Admission {
        let id = ObjectIdentifier(channel)
        let admission = state.withLock { state -> ConnectionTable.Admission in
            guard !state.isDraining else { return .rejected }
            let admission = state.table.admit(id, now: .now())
            if case .admitted = admission { state.channels[id] = channel }
            return admission
        }
        if case .admitted = admission {
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { state in
                    state.channels[id] = nil
                    state.table.remove(id)
                }
            }
        }
        return admission
    }

    /// Stores the socket of an admitted connection.
    func setUp(_ id: ConnectionTable.ID, descriptor: CInt) {
        state.withLock { $0.table.setUp(id, descriptor: descriptor) }
    }

    /// Stores the new activity of a connection.
    func note(_ activity: ConnectionTable.Activity, of id: ConnectionTable.ID) {
        state.withLock { $0.table.note(activity, of: id, now: .now()) }
    }

    /// Closes up to `count` connections that are not busy, the longest idle first.
    /// - Returns: the number of connections to close; those that receive a request first stay open.
    func closeIdle(_ count: Int) -> Int {
        let candidates = state.withLock { $0.table.selectCandidates(count, now: .now()) }
        for id in candidates { _ = closeIfIdle(id) }
        return candidates.count
    }

    /// Closes a connection on its event loop if it is still not busy there. It stays registered until it is closed, so
    /// that shutdown waits for it.
    /// - Returns: a future that succeeds after the decision; nil if the connection is closed already.
    func closeIfIdle(_ id: ConnectionTable.ID) -> EventLoopFuture<Void>? {
        guard let channel = state.withLock({ $0.channels[id] }) else { return nil }
        return channel.eventLoop.submit {
            if self.state.withLock({ $0.table.close(id, now: .now()) }) { closeAbruptly(channel) }
        }
    }

    /// Passes an admitted connection to the task in ``Listener/run()``.
    func enqueue(_ connection: Connection) {
        continuation.yield(connection)
    }

    /// Rejects further connections.
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

    /// Whether the listener is shutting down. Connections are then closed after their response.
    var isDraining: Bool { state.withLock { $0.isDraining } }

    /// The open connections.
    var open: [any Channel] { state.withLock { Array($0.channels.values) } }
}
