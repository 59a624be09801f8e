// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport

/// A file at whose path opening hangs, as on a mount that no longer responds.
struct HangingPath {
    private let file: TemporaryFile
    /// A second name, by which what hangs is released.
    private var pipe: String { file.path + ".pipe" }

    /// Lets `file` hang.
    init(_ file: TemporaryFile) throws {
        self.file = file
        unlink(pipe)
        let name = file.path + ".hanging"
        guard mkfifo(pipe, 0o600) == 0, link(pipe, name) == 0, rename(name, file.path) == 0 else {
            throw SoakError(description: "no FIFO at \(file.path): \(String(cString: strerror(errno)))")
        }
    }

    /// Puts a file with `text` in its place, and lets what hangs read an empty one.
    func restore(_ text: String) throws {
        try file.replace(text)
        release()
        unlink(pipe)
    }

    private func release() {
        // Without a reader there is nothing to release, and this fails.
        let descriptor = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
    }
}
