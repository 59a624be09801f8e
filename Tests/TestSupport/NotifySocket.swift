// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The socket at which systemd receives the notifications of a service.
public final class NotifySocket: Sendable {
    /// The value of `NOTIFY_SOCKET`.
    public let name: String
    private let socket: Int32
    private let reading = Mutex<AsyncStream<[String]>?>(nil)

    /// Binds a socket.
    /// - Parameter name: an absolute path, or `@` and a name in the abstract namespace.
    public init(_ name: String) throws {
        self.name = name
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isAbstract = name.hasPrefix("@")
        let bytes = isAbstract ? [0] + Array(name.utf8.dropFirst()) : Array(name.utf8) + [0]
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let code = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, length) }
        }
        guard code == 0 else { throw SystemFailure("bind \(name)") }
    }

    deinit {
        // Ends the thread, which closes the socket.
        if reading.withLock({ $0 != nil }) { shutdown(socket, Int32(SHUT_RDWR)) } else { close(socket) }
    }

    /// Suspends until a notification that meets `condition`, and returns its lines; nil if the task is canceled. From the
    /// first call on, a thread reads the socket, because its queue is full after ten notifications.
    public func receive(where condition: (_ lines: [String]) -> Bool) async throws -> [String]? {
        for await lines in try notifications() where condition(lines) { return lines }
        return nil
    }

    private func notifications() throws -> AsyncStream<[String]> {
        try reading.withLock { reading in
            if let stream = reading { return stream }
            let (stream, continuation) = AsyncStream<[String]>.makeStream()
            try startThread { [socket] in
                while let lines = Self.receive(from: socket, flags: 0) { continuation.yield(lines) }
                close(socket)
            }
            reading = stream
            return stream
        }
    }

    /// Returns the notifications in the socket's queue, each with its lines. Not to be used with ``receive(where:)``.
    public func waiting() -> [[String]] {
        var notifications: [[String]] = []
        while let lines = Self.receive(from: socket, flags: Int32(MSG_DONTWAIT)) { notifications.append(lines) }
        return notifications
    }

    /// Returns the lines of the next notification; nil without one, and after `shutdown`.
    private static func receive(from socket: Int32, flags: Int32) -> [String]? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(socket, &bytes, bytes.count, flags)
        guard count > 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
