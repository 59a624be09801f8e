// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPClient
import Synchronization

/// How long exchanges took, and what no answer came of. Exchanges that begin within ``MeasuredTransport/stopwatch`` are
/// noted there.
final class Stopwatch: Sendable {
    private struct State {
        var last: Duration?
        var failure: TransportFailure?
        var exchanges = 0
    }

    private let state = Mutex(State())

    /// How long the last exchange took that brought an answer.
    var latency: Duration? { state.withLock { $0.last } }
    /// Why the last exchange brought no answer; nil where it did.
    var failure: TransportFailure? { state.withLock { $0.failure } }
    /// How many exchanges there were.
    var exchanges: Int { state.withLock { $0.exchanges } }

    /// Notes the exchanges that `body` makes.
    func measure<Value: Sendable>(
        _ body: () async throws(APIFailure) -> Value
    ) async -> Result<Value, APIFailure> {
        await MeasuredTransport.$stopwatch.withValue(self) {
            do throws(APIFailure) { return .success(try await body()) } catch { return .failure(error) }
        }
    }

    func note(_ duration: Duration) {
        state.withLock { state in
            state.last = duration
            state.failure = nil
            state.exchanges += 1
        }
    }

    func note(_ failure: TransportFailure) {
        state.withLock { state in
            state.failure = failure
            state.exchanges += 1
        }
    }
}

/// A transport that measures what passes through it: how long each exchange takes, and how far this machine's clock is
/// from the service's.
final class MeasuredTransport: HTTPTransport {
    /// Where exchanges of this task, and of tasks that it begins, are noted.
    @TaskLocal static var stopwatch: Stopwatch?

    private struct Reading {
        /// By how much this machine's clock is ahead, in microseconds.
        var ahead: Int64
        /// How long the exchange took: so wide is the doubt.
        var doubt: Duration
    }

    private let base: any HTTPTransport
    private let clock: any ExporterClock
    private let reading = Mutex<Reading?>(nil)

    init(_ base: any HTTPTransport, clock: any ExporterClock) {
        self.base = base
        self.clock = clock
    }

    /// By how many seconds this machine's clock is ahead of the service's, to about a second; nil before any `Date` came.
    var secondsAhead: Int64? {
        reading.withLock { $0 }.map { Int64((Double($0.ahead) / 1_000_000).rounded()) }
    }

    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let (begin, wallBegin) = (clock.now, clock.wallMicroseconds)
        do {
            let response = try await base.send(request)
            let duration = clock.now - begin
            Self.stopwatch?.note(duration)
            noteDate(of: response, wallBegin: wallBegin, duration: duration)
            return response
        } catch {
            Self.stopwatch?.note(error)
            throw error
        }
    }

    private func noteDate(of response: HTTPResponse, wallBegin: Int64, duration: Duration) {
        guard let date = response.header("Date").flatMap({ HTTPDate.parse($0) }) else { return }
        // `Date` is cut to whole seconds and was written at some time of the exchange: the middle of both is right on
        // average, and the quickest exchange leaves the least doubt.
        let middle = wallBegin / 2 + clock.wallMicroseconds / 2
        let new = Reading(ahead: middle - date.microseconds - 500_000, doubt: duration)
        reading.withLock { reading in
            if reading.map({ new.doubt < $0.doubt }) ?? true { reading = new }
        }
    }
}
