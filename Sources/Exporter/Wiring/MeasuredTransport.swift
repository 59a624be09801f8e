// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPClient
import Synchronization

/// Records latency and failures of the requests that are sent while it is the value of ``MeasuredTransport/stopwatch``.
final class Stopwatch: Sendable {
    private struct State {
        var last: Duration?
        var failure: TransportFailure?
        var requests = 0
    }

    private let state = Mutex(State())

    /// The latency of the last request that got a response.
    var latency: Duration? { state.withLock { $0.last } }
    /// The failure of the last request; nil if it got a response.
    var failure: TransportFailure? { state.withLock { $0.failure } }
    /// The number of requests.
    var requests: Int { state.withLock { $0.requests } }

    /// Records the requests that `body` sends.
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
            state.requests += 1
        }
    }

    func note(_ failure: TransportFailure) {
        state.withLock { state in
            state.failure = failure
            state.requests += 1
        }
    }
}

/// A transport that measures the latency of each request and the skew between this machine's clock and the service's.
final class MeasuredTransport: HTTPTransport {
    /// The stopwatch of requests of this task and its child tasks.
    @TaskLocal static var stopwatch: Stopwatch?

    private struct Reading {
        /// The skew of this machine's clock in microseconds; positive if it is ahead.
        var ahead: Int64
        /// The uncertainty: the duration of the request.
        var uncertainty: Duration
    }

    private let base: any HTTPTransport
    private let clock: any ExporterClock
    private let reading = Mutex<Reading?>(nil)

    init(_ base: any HTTPTransport, clock: any ExporterClock) {
        self.base = base
        self.clock = clock
    }

    /// The skew of this machine's clock against the service's, accurate to about a second; positive if it is ahead. Nil
    /// before the first `Date` header.
    var clockSkewSeconds: Int64? {
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
        // `Date` is truncated to seconds and was set at some time during the request: the middle of both is right on
        // average, and the fastest request has the smallest uncertainty.
        let middle = wallBegin / 2 + clock.wallMicroseconds / 2
        let new = Reading(ahead: middle - date.microseconds - 500_000, uncertainty: duration)
        reading.withLock { reading in
            if reading.map({ new.uncertainty < $0.uncertainty }) ?? true { reading = new }
        }
    }
}
