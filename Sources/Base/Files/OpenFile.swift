// SPDX-License-Identifier: Apache-2.0
public import Glibc

/// A file that is open for reading. Everything here may block: call it in ``BlockingWork``.
public struct OpenFile: ~Copyable {
    /// Why a file cannot be opened or read.
    public struct Failure: Error, Sendable, Equatable {
        /// The number of the error.
        public let code: Int32

        /// A failure with the error `code`.
        public init(code: Int32) { self.code = code }

        /// The reason, as the system says it.
        public var reason: String {
            // The thread's own buffer: plain strerror may share its.
            var buffer = [CChar](repeating: 0, count: 256)
            guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private let descriptor: Int32
    /// What the system says about the file.
    public let status: stat

    /// Opens the file at `path`.
    /// - Parameter waits: whether to wait for the content of pipes; if not, reading fails where it would have to.
    public init(_ path: String, waits: Bool = true) throws(Failure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw Failure(code: code)
        }
        self.status = status
    }

    deinit { close(descriptor) }

    /// Returns all bytes; nil if there are more than `limit`.
    public borrowing func read(limit: Int) throws(Failure) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure(code: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
        }
        return nil
    }
}
