// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// A path that hangs on open, like on a mount that no longer responds.
struct HangingPath {
    private let file: TemporaryFile
    /// A second link to the FIFO, which releases hanging readers.
    private var pipe: String { file.path + ".pipe" }

    /// Replaces `file` by a FIFO.
    init(_ file: TemporaryFile) throws {
        self.file = file
        unlink(pipe)
        let name = file.path + ".hanging"
        guard mkfifo(pipe, 0o600) == 0, link(pipe, name) == 0, rename(name, file.path) == 0 else {
            throw SoakError(description: "cannot create FIFO \(file.path): \(String(cString: strerror(errno)))")
        }
    }

    /// Replaces the FIFO by a file with `text`; hanging readers read an empty file.
    func restore(_ text: String) throws {
        try file.replace(text)
        release()
        unlink(pipe)
    }

    private func release() {
        // Fails without a reader, which needs no release.
        let descriptor = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
    }
}
