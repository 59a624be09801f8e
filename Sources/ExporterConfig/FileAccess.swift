// SPDX-License-Identifier: Apache-2.0

internal import Files
internal import Glibc

/// How files are read; tests put a table in its place.
struct FileAccess: Sendable {
    /// Why a file cannot be read, in a few words: `no such file`.
    struct Failure: Error, Equatable {
        let reason: String

        static let missing = Failure(reason: "no such file")
        static let tooLarge = Failure(reason: "too large")
    }

    /// The bytes of the file at `path`, of which there may be `limit`.
    let read: @Sendable (_ path: String, _ limit: Int) throws(Failure) -> [UInt8]

    /// The real file system.
    static let system = FileAccess { (path, limit) throws(Failure) in
        try FileBeingRead.note(path) { () throws(Failure) in try readAll(path, limit) }
    }

    private static func readAll(_ path: String, _ limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
            guard bytes.count <= limit else { throw .tooLarge }
        }
    }

    private static func failure(_ code: Int32) -> Failure {
        switch code {
        case ENOENT, ENOTDIR: return .missing
        case EISDIR: return Failure(reason: "it is a directory")
        default:
            // The thread's own buffer: plain strerror may share its.
            var buffer = [CChar](repeating: 0, count: 256)
            guard strerror_r(code, &buffer, buffer.count) == 0 else { return Failure(reason: "error \(code)") }
            let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return Failure(reason: text.lowercased())
        }
    }
}
