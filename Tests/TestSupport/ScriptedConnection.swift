// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A connection of a ``ScriptedServer``, on its own thread.
final class ScriptedConnection {
    enum End { case scriptDone, closedByPeer }

    /// Thrown by a step when the peer has disconnected.
    private struct PeerClosed: Error {}

    private let socket: Int32
    private let server: ScriptedServer
    private var buffer: [UInt8] = []

    init(_ socket: Int32, _ server: ScriptedServer) {
        self.socket = socket
        self.server = server
    }

    func run(_ steps: [ScriptedServer.Step]) -> End {
        do {
            for step in steps { try run(step) }
            return .scriptDone
        } catch {
            return .closedByPeer
        }
    }

    private func run(_ step: ScriptedServer.Step) throws {
        switch step {
        case .expectRequest:
            try readRequest()
        case .send(let bytes):
            try send(bytes)
        case .trickle(let bytes, let pause):
            while true {
                try send(bytes)
                try watch(for: pause)
            }
        case .flood(let bytes):
            while true { try send(bytes) }
        case .loop(let steps):
            while true { for step in steps { try run(step) } }
        case .waitForRelease:
            if server.releaseSignal.wait(with: socket, timeout: nil) == .readable { throw PeerClosed() }
        case .hang:
            while true { try watch(for: nil) }
        case .reset:
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }

    /// Waits; throws if the peer disconnects or the server stops.
    private func watch(for pause: Duration?) throws {
        switch server.stopSignal.wait(with: socket, timeout: pause) {
        case .timeout: return
        case .raised: throw PeerClosed()
        case .readable: try receive()
        }
    }

    private func receive() throws {
        let bytes = [UInt8](unsafeUninitializedCapacity: 65_536) { space, count in
            count = max(0, recv(socket, space.baseAddress, space.count, 0))
        }
        guard !bytes.isEmpty else { throw PeerClosed() }
        buffer += bytes
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                Glibc.send(socket, raw.baseAddress?.advanced(by: sent), raw.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw PeerClosed() }
            sent += count
        }
    }

    private func readRequest() throws {
        let separator = Array("\r\n\r\n".utf8)
        var headEnd = buffer.firstRange(of: separator)
        while headEnd == nil {
            try receive()
            headEnd = buffer.firstRange(of: separator)
        }
        guard let headEnd else { return }
        let head = String(decoding: buffer[..<headEnd.upperBound], as: UTF8.self)
        var length = 0
        for line in head.split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "content-length" {
                length = Int(parts[1].drop { $0 == " " }) ?? 0
            }
        }
        let end = headEnd.upperBound + length
        while buffer.count < end { try receive() }
        let request = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeFirst(end)
        server.record { $0.requests.append(request) }
    }
}
