// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import HTTPServer

@Suite("Deadlines and activities of connections")
struct ConnectionProgressTests {
    /// The simulated time, in seconds.
    private final class Time {
        var seconds: Int64 = 0
    }

    private let time = Time()
    /// The reported activities, in order.
    private final class Activities {
        var list: [ConnectionTable.Activity] = []
    }

    private let activities = Activities()
    private let progress: ConnectionProgress

    init() {
        let (time, activities) = (time, activities)
        progress = ConnectionProgress(
            stallTimeout: .seconds(10),
            idleTimeout: .seconds(180),
            responseTimeout: .seconds(300),
            now: { .uptimeNanoseconds(0) + .seconds(time.seconds) },
            noteActivity: { activities.list.append($0) }
        )
    }

    /// The deadline in seconds; nil if there is none.
    private var deadline: Int64? {
        progress.deadline.map { ($0 - .uptimeNanoseconds(0)).nanoseconds / 1_000_000_000 }
    }

    @Test("A request must be complete within the stall timeout, even if bytes keep arriving")
    func request() {
        #expect(deadline == 10)
        time.seconds = 4
        progress.phase = .receiving
        #expect(deadline == 14)
        time.seconds = 13
        #expect(deadline == 14)
    }

    @Test("There is no deadline while a request is handled")
    func handling() {
        progress.phase = .handling
        time.seconds = 1000
        #expect(deadline == nil)
    }

    @Test("Each piece of a response must be read within the stall timeout")
    func response() {
        progress.phase = .handling
        time.seconds = 100
        progress.writeBegan()
        #expect(deadline == 110)
        time.seconds = 109
        progress.writeBegan()
        #expect(deadline == 110)
        progress.writeEnded()
        #expect(deadline == 119)
        progress.phase = .idle
        #expect(deadline == 119)
        progress.writeEnded()
        #expect(deadline == 289)
    }

    @Test("A whole response must be read within the response timeout")
    func responseTimeout() {
        progress.phase = .handling
        time.seconds = 100
        progress.responseHeadWritten()
        progress.writeBegan()
        time.seconds = 395
        progress.writeEnded()
        #expect(deadline == 400)
        progress.writeBegan()
        #expect(deadline == 400)
        progress.phase = .idle
        #expect(deadline == 400)
        progress.writeEnded()
        #expect(deadline == 575)
        progress.phase = .receiving
        progress.phase = .handling
        #expect(deadline == nil)
    }

    @Test("A connection is busy from the end of a request until its response is written")
    func activity() {
        progress.phase = .receiving
        progress.phase = .handling
        progress.writeBegan()
        progress.phase = .idle
        #expect(activities.list == [.receiving, .busy])
        progress.writeEnded()
        #expect(activities.list == [.receiving, .busy, .idle])
    }

    @Test("A connection that waits for the peer to close is idle")
    func lingeringActivity() {
        progress.phase = .handling
        progress.writeBegan()
        progress.phase = .lingering
        #expect(activities.list == [.busy, .idle])
    }

    @Test("The stall timeout restarts with the first write after a pause")
    func laterWrite() {
        progress.phase = .handling
        progress.writeBegan()
        progress.writeEnded()
        time.seconds = 50
        progress.writeBegan()
        #expect(deadline == 60)
    }

    @Test("A closing connection waits for the peer up to the stall timeout")
    func lingering() {
        progress.phase = .handling
        time.seconds = 20
        progress.writeBegan()
        progress.phase = .lingering
        #expect(deadline == 30)
        time.seconds = 29
        progress.writeEnded()
        #expect(deadline == 30)
    }
}
