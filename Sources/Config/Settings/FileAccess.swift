// SPDX-License-Identifier: Apache-2.0

internal import Base
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
        try FileBeingRead.note(path) { () throws(Failure) in try content(path, limit, waits: true) }
    } readAtOnce: { (path, limit) throws(Failure) in
        try content(path, limit, waits: false)
    }

    private static func content(_ path: String, _ limit: Int, waits: Bool) throws(Failure) -> [UInt8] {
        let bytes: [UInt8]?
        do throws(OpenFile.Failure) {
            let file = try OpenFile(path, waits: waits)
            // What is read from a pipe here would be missing when the secret is needed.
            guard waits || file.status.st_mode & S_IFMT != S_IFIFO else { throw OpenFile.Failure(code: EAGAIN) }
            bytes = try file.read(limit: limit)
        } catch {
            switch error.code {
            case ENOENT, ENOTDIR: throw .missing
            case EISDIR: throw Failure(reason: "it is a directory")
            case EAGAIN: throw .notReady
            default: throw Failure(reason: error.reason.lowercased())
            }
        }
        guard let bytes else { throw .tooLarge }
        return bytes
    }
}
