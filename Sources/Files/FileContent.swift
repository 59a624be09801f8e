// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Reads whole files.
public enum FileContent {
    /// Why a file cannot be read.
    public struct Failure: Error, Sendable, Equatable {
        /// The reason, as the system says it.
        public let reason: String

        /// A failure for `reason`.
        public init(reason: String) { self.reason = reason }
    }

    /// Returns the bytes of the file at `path`. May block: call it in ``BlockingWork``.
    /// - Parameter limit: how many bytes the file may have.
    public static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw Failure(reason: "it has more than \(limit) bytes") }
        }
    }

    private static func failure(_ code: Int32) -> Failure {
        // The thread's own buffer: plain strerror may share its.
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return Failure(reason: "error \(code)") }
        let text = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Failure(reason: String(decoding: text, as: UTF8.self))
    }
}
