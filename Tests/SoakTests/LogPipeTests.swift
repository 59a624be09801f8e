// SPDX-License-Identifier: Apache-2.0
import Glibc
import TestSupport
import Testing

@testable import fabric_soak

@Suite("Log pipe", .timeLimit(.minutes(5)))
struct LogPipeTests {
    @Test("An unread log pipe becomes full, and its content is kept when it is read")
    func logPipe() throws {
        let log = try LogPipe("test")
        defer { log.remove(keepingLog: false) }
        let writer = open(log.path, O_WRONLY | O_NONBLOCK)
        defer { close(writer) }
        log.isRead = false
        #expect(!log.isFull)
        let line = Array((String(repeating: "x", count: 299) + "\n").utf8)
        while write(writer, line, line.count) == line.count {}
        try log.step(1_000_000)
        try log.step(3_000_000)
        #expect(log.isFull)
        #expect(log.fullFor == 2_000_000)
        log.isRead = true
        try log.step(4_000_000)
        #expect(!log.isFull)
        #expect(write(writer, line, line.count) == line.count)
        #expect(try log.read().count == 300)
        let kept = open(log.kept.path, O_RDONLY)
        defer { close(kept) }
        #expect(contents(of: kept, 0..<1_000_000).count > 50_000)
    }
}
