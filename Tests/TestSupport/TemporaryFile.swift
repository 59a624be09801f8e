// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A file for one test, in a folder of its own.
public struct TemporaryFile: Sendable {
    /// The folder that holds nothing else.
    public let folder: String
    /// The file.
    public let path: String

    /// A file that holds `text`.
    public init(_ text: String, name: String = "file") throws {
        var template = Array("/tmp/exporter-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(folder)/\(name)"
        try Self.write(text, to: path)
    }

    /// Puts a new file in its place by renaming, as secret stores do.
    public func replace(_ text: String) throws {
        try Self.write(text, to: path + ".new")
        guard rename(path + ".new", path) == 0 else { throw SystemFailure("rename") }
    }

    /// Puts a FIFO without a writer in its place: a reader hangs, as on a network mount that has died.
    public func replaceByHangingFile() throws {
        guard mkfifo(path + ".fifo", 0o600) == 0, rename(path + ".fifo", path) == 0 else {
            throw SystemFailure("mkfifo")
        }
    }

    /// Waits, on a thread of its own, until somebody opens the FIFO that ``replaceByHangingFile()`` made; from then on they
    /// hang in the first read.
    /// - Returns: the descriptor that keeps them there until it is closed.
    public func openedByReader() async throws -> Int32 {
        let path = path
        return try await withCheckedThrowingContinuation { continuation in
            do { try startThread { continuation.resume(returning: open(path, O_WRONLY | O_CLOEXEC)) } } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Writes into the file that is there.
    public func overwrite(_ text: String) throws { try Self.write(text, to: path) }

    /// Removes file and folder.
    public func remove() {
        unlink(path)
        rmdir(folder)
    }

    /// Writes a file of its own.
    public static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw SystemFailure("fopen \(path)") }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw SystemFailure("fwrite") }
    }
}
