// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import fabric_soak

@Suite("Hanging path", .timeLimit(.minutes(5)))
struct HangingPathTests {
    @Test("Readers of a hanging file block until it is restored")
    func hangingFile() throws {
        let file = try TemporaryFile("old", name: "f")
        defer { file.remove() }
        let hanging = try HangingPath(file)
        var status = stat()
        #expect(stat(file.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
        // Opens it like a reader.
        let reader = open(file.path, O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try hanging.restore("new")
        var byte: UInt8 = 0
        #expect(read(reader, &byte, 1) == 0)
        let restored = open(file.path, O_RDONLY | O_NONBLOCK)
        defer { close(restored) }
        #expect(contents(of: restored, 0..<10) == Array("new".utf8))
    }
}
