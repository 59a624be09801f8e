// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The error of a system call.
public struct SystemFailure: Error, CustomStringConvertible {
    /// The call and the system's message.
    public var description: String

    init(_ call: String, _ code: Int32 = errno) {
        description = "\(call): \(String(cString: strerror(code)))"
    }
}

/// Sockets of 127.0.0.1.
public enum LoopbackSocket {
    /// Returns a port that was free a moment ago.
    public static func freePort() throws -> UInt16 {
        let (socket, port) = try listen()
        close(socket)
        return port
    }

    /// Returns a socket that listens on `address`, which is in 127.0.0.0/8.
    /// - Parameter port: the port; 0 for a free one.
    public static func listen(
        on address: String = "127.0.0.1", port: UInt16 = 0
    ) throws -> (socket: Int32, port: UInt16) {
        let socket = try stream()
        var name = sockaddr_in()
        let isOpen = withName(address, port) { pointer, length in
            bind(socket, pointer, length) == 0 && Glibc.listen(socket, 512) == 0
        }
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard isOpen, code == 0 else {
            let failure = SystemFailure("listen")
            close(socket)
            throw failure
        }
        return (socket, UInt16(bigEndian: name.sin_port))
    }

    /// Returns a socket connected to `port` of 127.0.0.1.
    static func connection(to port: UInt16) throws -> Int32 {
        let socket = try stream()
        guard withName("127.0.0.1", port, { Glibc.connect(socket, $0, $1) == 0 }) else {
            let failure = SystemFailure("connect")
            close(socket)
            throw failure
        }
        return socket
    }

    private static func stream() throws -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket") }
        return socket
    }

    private static func withName<Value>(
        _ address: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
