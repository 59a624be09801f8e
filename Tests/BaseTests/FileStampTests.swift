// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc
import TestSupport
import Testing

@Suite("File stamps", .timeLimit(.minutes(5)))
struct FileStampTests {
    @Test("The stamp of an unchanged file is the same")
    func same() throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        #expect(FileStamp(path: file.path) != nil)
        #expect(FileStamp(path: file.path) == FileStamp(path: file.path))
        #expect(FileStamp(path: file.path + ".none") == nil)
    }

    @Test("The stamp changes with content of the same length, even if the modification time is set back")
    func timeSetBack() throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        var status = stat()
        #expect(stat(file.path, &status) == 0)
        let before = FileStamp(status)
        // Repeats until the file system's clock has advanced.
        while FileStamp(path: file.path) == before {
            try file.overwrite("two")
            #expect(utimensat(AT_FDCWD, file.path, [status.st_atim, status.st_mtim], 0) == 0)
            var now = stat()
            #expect(stat(file.path, &now) == 0)
            #expect(now.st_mtim.tv_sec == status.st_mtim.tv_sec && now.st_mtim.tv_nsec == status.st_mtim.tv_nsec)
        }
    }
}
