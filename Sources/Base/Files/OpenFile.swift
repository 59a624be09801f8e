// SPDX-License-Identifier: Apache-2.0
public import Glibc

/// A file that is open for reading. All methods may block: call them in ``BlockingWork``.
public struct OpenFile: ~Copyable {
    /// An error from opening or reading a file.
    public struct Failure: Error, Sendable, Equatable {
        /// The `errno` value.
        public let code: Int32

        /// Creates a failure with the `errno` value `code`.
        public init(code: Int32) { self.code = code }

        /// The system's message for ``code``.
        public var reason: String {
            // strerror isn't thread-safe.
            var buffer = [CChar](repeating: 0, count: 256)
            guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
            return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private let descriptor: Int32
    /// The result of `fstat`.
    public let status: stat

    /// Opens the file at `path`.
    /// - Parameter waits: whether to wait for data from pipes; if false, reading fails with `EAGAIN` instead.
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

    /// Returns the whole content; nil if it exceeds `limit` bytes.
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
