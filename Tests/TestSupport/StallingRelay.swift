// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A TCP relay whose connections can stall: they stay open, but forward nothing.
public final class StallingRelay: Sendable {
    private struct State {
        var isStopped = false
        var stallsNewConnections = false
        /// The number of accepted connections.
        var accepted = 0
        /// The stalled connections.
        var stalled: Set<Int> = []
        var open: [Int: [Int32]] = [:]
        var lastRequest: ContinuousClock.Instant?
    }

    /// The address that the relay listens on.
    public let address: String
    /// The port that the relay listens on.
    public let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    /// Starts a relay from `address`, which is in 127.0.0.0/8, to 127.0.0.1.
    /// - Parameters:
    ///   - target: the port to forward to.
    ///   - port: the port to listen on; 0 for a free one.
    public init(to target: UInt16, on address: String = "127.0.0.1", port: UInt16 = 0) throws {
        self.address = address
        self.target = target
        (listener, self.port) = try LoopbackSocket.listen(on: address, port: port)
        try startThread { [self] in acceptConnections() }
    }

    /// The last time that bytes from a client were forwarded; nil if never.
    public var lastRequest: ContinuousClock.Instant? { state.withLock { $0.lastRequest } }

    /// The number of open stalled connections.
    public var stalledConnections: Int { state.withLock { $0.stalled.count } }

    /// Stalls all open connections permanently. New ones work.
    public func stallOpenConnections() { state.withLock { $0.stalled.formUnion($0.open.keys) } }

    /// Stalls all open connections, and new ones until ``resume()``. Stalled connections stay stalled.
    public func stallEverything() {
        state.withLock { state in
            state.stallsNewConnections = true
            state.stalled.formUnion(state.open.keys)
        }
    }

    /// Stops stalling new connections.
    public func resume() { state.withLock { $0.stallsNewConnections = false } }

    /// Closes the listener and all connections.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            for socket in state.open.values.joined() { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func acceptConnections() {
        defer { close(listener) }
        while !isStopped {
            guard Self.readable([listener])[0] else { continue }
            let client = accept(listener, nil, nil)
            guard client >= 0 else { continue }
            // Before the server can see the connection.
            let stalls = state.withLock { $0.stallsNewConnections }
            guard let upstream = try? LoopbackSocket.connection(to: target) else {
                close(client)
                continue
            }
            let number = state.withLock { state in
                state.accepted += 1
                state.open[state.accepted] = [client, upstream]
                if stalls || state.stallsNewConnections { state.stalled.insert(state.accepted) }
                return state.accepted
            }
            do {
                try startThread { [self] in forward(number, client, upstream) }
            } catch {
                end(number, client, upstream, wasReset: true)
            }
        }
    }

    private func forward(_ number: Int, _ client: Int32, _ upstream: Int32) {
        var wasReset = false
        while true {
            let (isStopped, isStalled) = state.withLock { ($0.isStopped, $0.stalled.contains(number)) }
            if isStopped { break }
            // When the server closes a stalled connection, the client isn't notified.
            let ready = Self.readable([client, isStalled ? -1 : upstream])
            if ready[0] {
                guard let bytes = Self.receive(client), !bytes.isEmpty else { break }
                let isForwarded = state.withLock { state in
                    if state.stalled.contains(number) { return false }
                    state.lastRequest = .now
                    return true
                }
                if isForwarded, !Self.send(bytes, to: upstream) { break }
            }
            if ready[1] {
                let bytes = Self.receive(upstream)
                if state.withLock({ $0.stalled.contains(number) }) { continue }
                wasReset = bytes == nil
                guard let bytes, !bytes.isEmpty, Self.send(bytes, to: client) else { break }
            }
        }
        end(number, client, upstream, wasReset: wasReset)
    }

    private func end(_ number: Int, _ client: Int32, _ upstream: Int32, wasReset: Bool) {
        if wasReset {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(client, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        state.withLock { state in
            // Closed under the lock, so that stop() never uses a descriptor that has been reused.
            state.open[number] = nil
            state.stalled.remove(number)
            close(client)
            close(upstream)
        }
    }

    /// Waits up to 100 ms until one of `sockets` is readable or closed; ignores negative ones.
    private static func readable(_ sockets: [Int32]) -> [Bool] {
        var entries = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&entries, nfds_t(entries.count), 100) < 0, errno == EINTR {}
        return entries.map { $0.revents != 0 }
    }

    /// Returns the received bytes, which are empty at the end; nil after a reset.
    private static func receive(_ socket: Int32) -> [UInt8]? {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { space, filled in
            count = recv(socket, space.baseAddress, space.count, 0)
            filled = max(0, count)
        }
        return count < 0 ? nil : bytes
    }

    private static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
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
}
