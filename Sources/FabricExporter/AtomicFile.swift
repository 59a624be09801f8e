// SPDX-License-Identifier: Apache-2.0
private import Glibc

/// Replaces a file so that a reader finds either the old content or the new, never half of one.
public enum AtomicFile {
    /// Writes a new file beside `path`, mode 0644, and renames it into place.
    /// - Parameter content: hands the file's bytes to the function that it is given, part by part.
    /// - Throws: ``ExporterError`` with the system's reason; then `path` is as it was.
    public static func write(
        to path: String,
        _ content: ((UnsafeRawBufferPointer) throws(ExporterError) -> Void) throws(ExporterError) -> Void
    ) throws(ExporterError) {
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
            try content { bytes throws(ExporterError) in
                var offset = 0
                while offset < bytes.count {
                    let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
                    if count < 0, errno == EINTR { continue }
                    guard count >= 0 else { throw failure("write") }
                    offset += count
                }
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
