// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A temporary file in its own folder.
public struct TemporaryFile: Sendable {
    /// The path of the folder.
    public let folder: String
    /// The path of the file.
    public let path: String

    /// Creates a file with content `text`.
    public init(_ text: String, name: String = "file") throws {
        var template = Array("/tmp/exporter-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFailure("mkdtemp") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        path = "\(folder)/\(name)"
        try Self.write(text, to: path)
    }

    /// Replaces the file by renaming a new one, as secret stores do.
    public func replace(_ text: String) throws {
        try Self.write(text, to: path + ".new")
        guard rename(path + ".new", path) == 0 else { throw SystemFailure("rename") }
    }

    /// Replaces the file with a FIFO without a writer: readers hang, as on an unresponsive network mount.
    public func replaceByHangingFile() throws {
        guard mkfifo(path + ".fifo", 0o600) == 0, rename(path + ".fifo", path) == 0 else {
            throw SystemFailure("mkfifo")
        }
    }

    /// Suspends until a reader has opened the FIFO of ``replaceByHangingFile()``; it then hangs in its first read.
    /// - Returns: a descriptor; closing it ends the reader's wait.
    public func openedByReader() async throws -> Int32 {
        let path = path
        return try await withCheckedThrowingContinuation { continuation in
            do { try startThread { continuation.resume(returning: open(path, O_WRONLY | O_CLOEXEC)) } } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Overwrites the content of the file.
    public func overwrite(_ text: String) throws { try Self.write(text, to: path) }

    /// Removes the file and the folder.
    public func remove() {
        unlink(path)
        rmdir(folder)
    }

    /// Writes `text` to a file at `path`.
    public static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path, "w") else { throw SystemFailure("fopen \(path)") }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw SystemFailure("fwrite") }
    }
}
