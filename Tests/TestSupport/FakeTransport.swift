// SPDX-License-Identifier: Apache-2.0
public import HTTPClient
import Synchronization

/// A transport with responses from the test. Records requests and can hold them.
public final class FakeTransport: HTTPTransport {
    private struct State {
        var requests: [HTTPRequest] = []
        var inFlight = 0
        var maximumInFlight = 0
        var holds: Bool
        var nextID = 0
        var held: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>
    private let respond: @Sendable (HTTPRequest, Int) -> Result<HTTPResponse, TransportFailure>

    /// Creates a transport with responses by `respond`, which receives the request and its number, from 0.
    /// - Parameter holding: whether requests wait for ``release(_:)`` from the start.
    public init(
        holding: Bool = false,
        respond: @escaping @Sendable (_ request: HTTPRequest, _ number: Int) -> Result<HTTPResponse, TransportFailure>
    ) {
        state = Mutex(State(holds: holding))
        self.respond = respond
    }

    /// Creates a transport that returns `answers` in order, then the last one repeatedly.
    public convenience init(holding: Bool = false, _ answers: [Result<HTTPResponse, TransportFailure>]) {
        self.init(holding: holding) { _, number in answers[min(number, answers.count - 1)] }
    }

    /// The sent requests, in order.
    public var requests: [HTTPRequest] { state.withLock { $0.requests } }
    /// The URLs of the sent requests, in order.
    public var urls: [String] { requests.map(\.url) }
    /// The number of requests in flight.
    public var inFlight: Int { state.withLock { $0.inFlight } }
    /// The maximum number of requests in flight so far.
    public var maximumInFlight: Int { state.withLock { $0.maximumInFlight } }

    /// Holds requests from now on.
    public func hold() { state.withLock { $0.holds = true } }

    /// Releases the `count` longest waiting requests, or, without a count, all of them and later ones.
    public func release(_ count: Int? = nil) {
        let released = state.withLock { state in
            if count == nil { state.holds = false }
            let released = state.held.prefix(count ?? state.held.count)
            state.held.removeFirst(released.count)
            return released
        }
        for request in released { request.continuation.resume() }
    }

    /// Suspends until `count` requests have been sent in total.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.requests.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// See ``HTTPTransport/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let (id, number) = state.withLock { state in
            state.inFlight += 1
            state.maximumInFlight = max(state.maximumInFlight, state.inFlight)
            state.nextID += 1
            state.requests.append(request)
            return (state.nextID, state.requests.count - 1)
        }
        defer { state.withLock { $0.inFlight -= 1 } }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.holds, !Task.isCancelled else { return false }
                    state.held.append((id, continuation))
                    return true
                }
                if !waits { continuation.resume() }
                wakeWatchers()
            }
        } onCancel: {
            let canceled = state.withLock { state in
                state.held.firstIndex { $0.id == id }.map { state.held.remove(at: $0).continuation }
            }
            canceled?.resume()
        }
        if Task.isCancelled { throw TransportFailure(.canceled, "the task was canceled") }
        return try respond(request, number).get()
    }

    private func wakeWatchers() {
        let woken = state.withLock { state in
            let woken = state.watchers.filter { $0.count <= state.requests.count }
            state.watchers.removeAll { $0.count <= state.requests.count }
            return woken
        }
        for watcher in woken { watcher.continuation.resume() }
    }
}

extension Result where Success == HTTPResponse, Failure == TransportFailure {
    /// Returns a response; its received bytes are the size of the body.
    public static func response(
        _ status: Int, _ body: String = "", headers: [HTTPHeader] = []
    ) -> Self {
        .success(
            HTTPResponse(status: status, headers: headers, body: Array(body.utf8), receivedBytes: body.utf8.count))
    }
}
