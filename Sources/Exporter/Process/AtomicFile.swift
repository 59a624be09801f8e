// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Replaces a file atomically, so that a reader sees either the old or the new content.
public enum AtomicFile {
    /// Writes `chunks` to a temporary file with mode 0644 and renames it to `path`.
    /// - Throws: ``ExporterError`` with the system's reason; then `path` is unchanged.
    public static func write(_ chunks: some Sequence<[UInt8]>, to path: String) throws(ExporterError) {
        func failure(_ step: String) -> ExporterError {
            ExporterError("cannot write \(path): \(step): \(String(cString: strerror(errno)))")
        }
        // In the same directory, because a rename is only atomic within a file system; with the suffix `.tmp`, because
        // the textfile collector reads every `*.prom`.
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create") }
        do throws(ExporterError) {
            // Regardless of the umask: the collector runs as another user.
            guard fchmod(descriptor, 0o644) == 0 else { throw failure("set the mode") }
            for bytes in chunks {
                let written = bytes.withUnsafeBytes { DescriptorOutput.write($0, to: descriptor) }
                guard written == bytes.count else { throw failure("write") }
            }
            guard fsync(descriptor) == 0 else { throw failure("flush") }
            guard rename(temporary, path) == 0 else { throw failure("rename") }
            close(descriptor)
        } catch {
            close(descriptor)
            unlink(temporary)
            throw error
        }
    }
}
