// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc
import TestSupport
import Testing

@Suite("The stamp of a file", .timeLimit(.minutes(1)))
struct FileStampTests {
    @Test("is the same while the file is")
    func same() throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        #expect(FileStamp(path: file.path) != nil)
        #expect(FileStamp(path: file.path) == FileStamp(path: file.path))
        #expect(FileStamp(path: file.path + ".none") == nil)
    }

    @Test("changes with content of the same length, although the time of modification is set back")
    func timeSetBack() throws {
        let file = try TemporaryFile("one")
        defer { file.remove() }
        var status = stat()
        #expect(stat(file.path, &status) == 0)
        let before = FileStamp(status)
        // Until the clock of the file system has moved on.
        while FileStamp(path: file.path) == before {
            try file.overwrite("two")
            #expect(utimensat(AT_FDCWD, file.path, [status.st_atim, status.st_mtim], 0) == 0)
            var now = stat()
            #expect(stat(file.path, &now) == 0)
            #expect(now.st_mtim.tv_sec == status.st_mtim.tv_sec && now.st_mtim.tv_nsec == status.st_mtim.tv_nsec)
        }
    }
}
