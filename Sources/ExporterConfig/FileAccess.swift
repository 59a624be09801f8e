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
        /// A pipe or a terminal, whose content may come later or never.
        static let notReady = Failure(reason: "its content can only be waited for")
    }

    /// Reads the file at `path`, which may have `limit` bytes.
    typealias Read = @Sendable (_ path: String, _ limit: Int) throws(Failure) -> [UInt8]

    /// Waits for the content of pipes.
    let read: Read
    /// Waits for nothing: ``Failure/notReady`` where it would have to.
    let readAtOnce: Read

    /// - Parameter readAtOnce: by default the same as `read`.
    init(read: @escaping Read, readAtOnce: Read? = nil) {
        self.read = read
        self.readAtOnce = readAtOnce ?? read
    }

    /// The real file system.
    static let system = FileAccess { (path, limit) throws(Failure) in
        try FileBeingRead.note(path) { () throws(Failure) in try readAll(path, limit) }
    } readAtOnce: { (path, limit) throws(Failure) in
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
        // What is read from a pipe here would be missing when the secret is needed.
        guard status.st_mode & S_IFMT != S_IFIFO else { throw .notReady }
        return try bytes(of: descriptor, limit)
    }

    private static func readAll(_ path: String, _ limit: Int) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno) }
        defer { close(descriptor) }
        return try bytes(of: descriptor, limit)
    }

    private static func bytes(of descriptor: Int32, _ limit: Int) throws(Failure) -> [UInt8] {
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
        case EAGAIN: return .notReady
        default:
            // The thread's own buffer: plain strerror may share its.
            var buffer = [CChar](repeating: 0, count: 256)
            guard strerror_r(code, &buffer, buffer.count) == 0 else { return Failure(reason: "error \(code)") }
            let text = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            return Failure(reason: text.lowercased())
        }
    }
}
