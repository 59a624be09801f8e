// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Glibc

/// A TCP client for raw bytes.
///
/// Blocking calls run on a dedicated queue, not on Swift's thread pool.
public final class RawClient: Sendable {
    /// How the peer ended the connection.
    public enum Ending: Sendable, Equatable {
        /// A graceful close.
        case closed
        /// A reset.
        case reset
    }

    /// The error of a socket call.
    public struct Failure: Error, CustomStringConvertible {
        /// The call and the reason.
        public var description: String
    }

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "raw-client")

    /// Connects to `address`, as in `127.0.0.1:41234`.
    /// - Parameters:
    ///   - receiveBuffer: the size of the kernel's receive buffer; small if a test must fill it.
    ///   - limit: the receive timeout in seconds.
    public init(connectingTo address: String, receiveBuffer: Int32? = nil, limit: Int = 30) throws {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw Failure(description: "address \(address)") }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        // A server that never responds must fail the test, not hang it.
        var wait = timeval(tv_sec: limit, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        inet_pton(AF_INET, String(parts[0]), &target.sin_addr)
        let result = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if result != 0 { throw Failure(description: "connect: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(descriptor)
    }

    /// Closes both directions; the client must not be used afterward.
    public func disconnect() {
        Glibc.shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Resets the connection; the client must not be used afterward.
    public func reset() {
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        _ = connect(descriptor, &unspecified, socklen_t(MemoryLayout<sockaddr>.size))
    }

    /// Closes the sending side.
    public func disconnectSending() {
        Glibc.shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Sends all of `text`.
    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Sends all of `bytes`.
    public func send(_ bytes: [UInt8]) async throws {
        try await onQueue { descriptor in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count < 0 { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
                sent += count
            }
        }
    }

    /// Receives the available bytes, waiting for at least one; returns no bytes and the ending at the end.
    public func receive() async throws -> (bytes: [UInt8], ending: Ending?) {
        try await onQueue { descriptor in
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count > 0 { return (Array(buffer[..<count]), nil) }
            if count == 0 { return ([], .closed) }
            if errno == ECONNRESET { return ([], .reset) }
            throw Failure(description: "recv: \(String(cString: strerror(errno)))")
        }
    }

    /// Receives until the peer ends the connection.
    public func receiveToEnd() async throws -> (bytes: [UInt8], ending: Ending) {
        var all: [UInt8] = []
        while true {
            let (bytes, ending) = try await receive()
            all += bytes
            if let ending { return (all, ending) }
        }
    }

    /// Receives until the peer ends the connection, as text.
    public func receiveText() async throws -> String {
        String(decoding: try await receiveToEnd().bytes, as: UTF8.self)
    }

    /// Receives until the received text ends with `suffix`.
    public func receive(upTo suffix: String) async throws -> String {
        let wanted = Array(suffix.utf8)
        var all: [UInt8] = []
        while !all.suffix(wanted.count).elementsEqual(wanted) {
            let (bytes, ending) = try await receive()
            all += bytes
            if let ending {
                throw Failure(description: "\(ending) after \(String(decoding: all, as: UTF8.self).debugDescription)")
            }
        }
        return String(decoding: all, as: UTF8.self)
    }

    private func onQueue<Value: Sendable>(_ work: @escaping @Sendable (Int32) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [self] in continuation.resume(with: Result { try work(descriptor) }) }
        }
    }
}
