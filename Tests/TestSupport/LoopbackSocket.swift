// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The system refused what a test needs.
public struct SystemFailure: Error, CustomStringConvertible {
    /// The call and its reason.
    public var description: String

    init(_ call: String, _ code: Int32 = errno) {
        description = "\(call): \(String(cString: strerror(code)))"
    }
}

/// Sockets of 127.0.0.1.
public enum LoopbackSocket {
    /// A port on which nobody listened a moment ago.
    public static func freePort() throws -> UInt16 {
        let (socket, port) = try listen()
        close(socket)
        return port
    }

    /// A socket that listens on a free port.
    public static func listen() throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw SystemFailure("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(socket, generic, length) == 0, Glibc.listen(socket, 512) == 0 else { return Int32(-1) }
                return getsockname(socket, generic, &length)
            }
        }
        guard code == 0 else {
            let failure = SystemFailure("listen")
            close(socket)
            throw failure
        }
        return (socket, UInt16(bigEndian: address.sin_port))
    }
}
