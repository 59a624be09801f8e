// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Replaces a file so that a reader finds either the old content or the new, never half of one.
public enum AtomicFile {
    /// Writes `chunks` to a new file beside `path`, mode 0644, and renames it into place.
    /// - Throws: ``ExporterError`` with the system's reason; then `path` is as it was.
    public static func write(_ chunks: some Sequence<[UInt8]>, to path: String) throws(ExporterError) {
        func failure(_ step: String) -> ExporterError {
            ExporterError("cannot write \(path): \(step): \(String(cString: strerror(errno)))")
        }
        // Beside the target, because a rename is atomic within one file system only; `.tmp` in front of the ending,
        // because the textfile collector reads every `*.prom`.
        let temporary = "\(path).\(getpid()).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("create") }
        do throws(ExporterError) {
            // Whatever the umask says, the collector runs as another user.
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
