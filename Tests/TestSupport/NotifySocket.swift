// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The socket at which systemd receives the notifications of a service.
public final class NotifySocket: Sendable {
    /// The value of `NOTIFY_SOCKET`.
    public let name: String
    private let socket: Int32

    /// Binds a socket.
    /// - Parameters:
    ///   - name: an absolute path, or `@` and a name in the abstract namespace.
    ///   - timeout: the maximum seconds that ``receive(where:)`` waits for a notification.
    public init(_ name: String, timeout: Int = 60) throws {
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
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(socket) }

    /// Suspends until a notification that meets `condition`, and returns its lines; nil after the timeout.
    public func receive(where condition: @escaping @Sendable (_ lines: [String]) -> Bool) async throws -> [String]? {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try startThread { [self] in
                    var lines = receive(flags: 0)
                    while let other = lines, !condition(other) { lines = receive(flags: 0) }
                    continuation.resume(returning: lines)
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Returns the notifications that are waiting, each with its lines.
    public func waiting() -> [[String]] {
        var notifications: [[String]] = []
        while let lines = receive(flags: Int32(MSG_DONTWAIT)) { notifications.append(lines) }
        return notifications
    }

    private func receive(flags: Int32) -> [String]? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = recv(socket, &bytes, bytes.count, flags)
        guard count >= 0 else { return nil }
        return String(decoding: bytes.prefix(count), as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
