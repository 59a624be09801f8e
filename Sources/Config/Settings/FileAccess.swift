// SPDX-License-Identifier: Apache-2.0

internal import Base
internal import Glibc

/// Reads files; tests replace it with a table.
struct FileAccess: Sendable {
    /// The reason why a file cannot be read, such as `no such file`.
    struct Failure: Error, Equatable {
        let reason: String

        static let missing = Failure(reason: "no such file")
        static let tooLarge = Failure(reason: "too large")
        /// The file is a pipe or a terminal without content yet.
        static let notReady = Failure(reason: "it is a pipe or terminal")
    }

    /// Reads the file at `path`; throws ``Failure/tooLarge`` if it has more than `limit` bytes.
    typealias Read = @Sendable (_ path: String, _ limit: Int) throws(Failure) -> [UInt8]

    /// Reads a file, waiting for the content of pipes.
    let read: Read
    /// Reads a file without waiting; throws ``Failure/notReady`` if it would block.
    let readWithoutWaiting: Read

    /// Creates an instance that reads files with `read`.
    /// - Parameter readWithoutWaiting: defaults to `read`.
    init(read: @escaping Read, readWithoutWaiting: Read? = nil) {
        self.read = read
        self.readWithoutWaiting = readWithoutWaiting ?? read
    }

    /// The file system.
    static let system = FileAccess { (path, limit) throws(Failure) in
        try FileBeingRead.note(path) { () throws(Failure) in try content(path, limit, waits: true) }
    } readWithoutWaiting: { (path, limit) throws(Failure) in
        try content(path, limit, waits: false)
    }

    private static func content(_ path: String, _ limit: Int, waits: Bool) throws(Failure) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(OpenFile.Failure) {
            let file = try OpenFile(path, waits: waits)
            // Reading a pipe here would consume the secret before it is needed.
            guard waits || file.status.st_mode & S_IFMT != S_IFIFO else { throw OpenFile.Failure(code: EAGAIN) }
            bytes = try file.read(limit: limit)
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR: throw .missing
            case EISDIR: throw Failure(reason: "is a directory")
            case EAGAIN: throw .notReady
            default: throw Failure(reason: error.reason.lowercased())
            }
        }
        guard let bytes else { throw .tooLarge }
        return bytes
    }
}
