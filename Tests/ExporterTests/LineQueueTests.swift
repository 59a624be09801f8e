// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Exporter

@Suite("LineQueue")
struct LineQueueTests {
    private static func line(_ number: Int) -> [UInt8] { Array("line \(number)\n".utf8) }

    private static func drain(_ queue: inout LineQueue) -> [LineQueue.Entry] {
        var entries: [LineQueue.Entry] = []
        while let entry = queue.next() { entries.append(entry) }
        return entries
    }

    @Test("Lines are returned in order")
    func order() {
        var queue = LineQueue(maximumLines: 10)
        var seen: [LineQueue.Entry] = []
        for number in 0..<5_000 {
            queue.add(Self.line(number))
            if number % 7 == 6 { seen += Self.drain(&queue) }
        }
        seen += Self.drain(&queue)
        #expect(seen == (0..<5_000).map { .line(Self.line($0)) })
        #expect(queue.isEmpty && queue.dropped == 0)
    }

    @Test("Lines beyond the maximum number are dropped, counted and reported")
    func lineLimit() {
        var queue = LineQueue(maximumLines: 4)
        let added = (0..<7).map { queue.add(Self.line($0)) }
        #expect(added == [true, true, true, true, false, false, false])
        #expect(queue.dropped == 3)
        let entries = Self.drain(&queue)
        #expect(entries == (0..<4).map { .line(Self.line($0)) } + [.dropped(3)])
        #expect(queue.isEmpty)
    }

    @Test("Lines beyond the maximum number of bytes are dropped and counted")
    func byteLimit() {
        var queue = LineQueue(maximumBytes: 14)
        for number in 0..<3 { queue.add(Self.line(number)) }
        #expect(queue.dropped == 1)
        queue.add([UInt8](repeating: 0x61, count: 15))
        let entries = Self.drain(&queue)
        #expect(entries == [.line(Self.line(0)), .line(Self.line(1)), .dropped(2)])
    }

    @Test("Lines are queued again when half of the queue is free, after a report of the gap")
    func recovery() {
        var queue = LineQueue(maximumLines: 4)
        for number in 0..<5 { queue.add(Self.line(number)) }
        _ = queue.next()
        queue.add(Self.line(5))
        _ = queue.next()
        queue.add(Self.line(6))
        let rest = Self.drain(&queue)
        #expect(rest == [.line(Self.line(2)), .line(Self.line(3)), .dropped(2), .line(Self.line(6))])
        #expect(queue.dropped == 2)
    }

    @Test("The last lines of the process are queued even if the queue is full")
    func lastLines() {
        var queue = LineQueue(maximumLines: 1)
        queue.add(Self.line(0))
        queue.add(Self.line(1))
        queue.addRegardless(Self.line(2))
        let entries = Self.drain(&queue)
        #expect(entries == [.line(Self.line(0)), .dropped(1), .line(Self.line(2))])
    }

    @Test("Lines that could not be written are counted")
    func unwritable() {
        var queue = LineQueue()
        queue.add(Self.line(0))
        _ = queue.next()
        queue.noteDropped()
        #expect(queue.dropped == 1)
        let entries = Self.drain(&queue)
        #expect(entries == [.dropped(1)])
    }
}
