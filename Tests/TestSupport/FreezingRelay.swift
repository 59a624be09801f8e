// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A TCP relay on loopback whose connections can freeze without being closed, as behind a firewall that drops packets.
///
/// Runs on its own POSIX threads, two per connection.
public final class FreezingRelay: Sendable {
    /// The counted events.
    public struct Log: Sendable {
        /// The number of accepted connections.
        public var connections = 0
        /// The number of connections closed by the client.
        public var closedByClient = 0
    }

    private struct Connection {
        var client: Int32
        var server: Int32
        var isFrozen: Bool
        /// The number of running directions; the sockets are closed after the last one.
        var directions = 2
    }

    private struct State {
        var target: UInt16
        var freezesNew = false
        var connections: [Int: Connection] = [:]
        var log = Log()
        var lastWatcher = 0
        var watchers: [Int: (condition: @Sendable (Log) -> Bool, continuation: CheckedContinuation<Void, Never>)] = [:]
    }

    /// The port that the relay listens on, of 127.0.0.1.
    public let port: UInt16
    private let listener: Int32
    private let isProxy: Bool
    private let stopSignal: EventFlag
    private let state: Mutex<State>

    /// Starts a relay from a free port to `target`, both of 127.0.0.1.
    /// - Parameter asProxy: whether each connection begins with a CONNECT request, which the relay handles.
    public init(to target: UInt16, asProxy: Bool = false) throws {
        (listener, port) = try LoopbackSocket.listen()
        stopSignal = try EventFlag()
        isProxy = asProxy
        state = Mutex(State(target: target))
        try startThread { [self] in acceptConnections() }
    }

    /// The events so far.
    public var log: Log { state.withLock { $0.log } }

    /// Stops relaying on all open connections, without closing them.
    /// - Parameter newOnes: whether later connections are frozen too.
    public func freeze(newOnes: Bool = false) {
        state.withLock { state in
            state.freezesNew = newOnes
            for id in state.connections.keys { state.connections[id]?.isFrozen = true }
        }
    }

    /// Relays new connections again, to `target` if given.
    public func relayNewConnections(to target: UInt16? = nil) {
        state.withLock { state in
            state.freezesNew = false
            if let target { state.target = target }
        }
    }

    /// Suspends until `condition` holds or the task is canceled, as at a test's time limit.
    public func wait(for condition: @escaping @Sendable (Log) -> Bool) async {
        let id = state.withLock { state in
            state.lastWatcher += 1
            return state.lastWatcher
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if condition(state.log) || Task.isCancelled { return true }
                    state.watchers[id] = (condition, continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.watchers.removeValue(forKey: id) }?.continuation.resume()
        }
    }

    /// Closes the listener and all connections. The threads exit on their own.
    public func stop() { stopSignal.raise() }

    private func record(_ change: (inout Log) -> Void) {
        let met = state.withLock { state in
            change(&state.log)
            let log = state.log
            let met = state.watchers.filter { $0.value.condition(log) }
            for id in met.keys { state.watchers[id] = nil }
            return met
        }
        for watcher in met.values { watcher.continuation.resume() }
    }

    private func acceptConnections() {
        defer { close(listener) }
        for id in 0... {
            guard stopSignal.wait(with: listener, timeout: nil) == .readable else { return }
            let client = accept(listener, nil, nil)
            guard client >= 0 else { return }
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            guard let server = LoopbackSocket.connect(to: state.withLock { $0.target }) else {
                close(client)
                continue
            }
            state.withLock {
                $0.connections[id] = Connection(client: client, server: server, isFrozen: $0.freezesNew)
            }
            record { $0.connections += 1 }
            do {
                try startThread { [self] in relay(id, from: client, to: server, isClient: true) }
                try startThread { [self] in relay(id, from: server, to: client, isClient: false) }
            } catch {
                return
            }
        }
    }

    private func relay(_ id: Int, from source: Int32, to destination: Int32, isClient: Bool) {
        var expectsConnect = isProxy && isClient
        while stopSignal.wait(with: source, timeout: nil) == .readable {
            var bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
                count = max(0, recv(source, space.baseAddress, space.count, 0))
            }
            if bytes.isEmpty {
                if isClient { record { $0.closedByClient += 1 } }
                break
            }
            guard !isFrozen(id) else { continue }
            if expectsConnect {
                // The client sends nothing more before the response.
                expectsConnect = false
                bytes = Array("HTTP/1.1 200 Connected\r\n\r\n".utf8)
                guard send(bytes, on: source) else { break }
            } else {
                guard send(bytes, on: destination) else { break }
            }
        }
        end(id, isClient: isClient)
    }

    private func isFrozen(_ id: Int) -> Bool { state.withLock { $0.connections[id]?.isFrozen ?? true } }

    private func send(_ bytes: [UInt8], on socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(socket, raw.baseAddress?.advanced(by: sent), raw.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Ends a direction, and with it the other one, except that the client isn't notified on a frozen connection.
    private func end(_ id: Int, isClient: Bool) {
        state.withLock { state in
            guard var connection = state.connections[id] else { return }
            connection.directions -= 1
            state.connections[id] = connection.directions > 0 ? connection : nil
            if connection.directions == 0 {
                close(connection.client)
                close(connection.server)
            } else {
                shutdown(connection.server, Int32(SHUT_RDWR))
                if isClient || !connection.isFrozen { shutdown(connection.client, Int32(SHUT_RDWR)) }
            }
        }
    }
}

extension LoopbackSocket {
    /// Returns a socket connected to a port of 127.0.0.1; nil if refused.
    static func connect(to port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard code == 0 else {
            close(socket)
            return nil
        }
        return socket
    }
}
