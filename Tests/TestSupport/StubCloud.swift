// SPDX-License-Identifier: Apache-2.0
public import HTTPClient
import Synchronization

/// A transport without network that returns the test's answers in order, then the last one repeatedly. Records the
/// requested URLs.
public final class StubCloud: HTTPTransport {
    /// The outcome of a request.
    public enum Answer: Sendable {
        /// A response.
        case response(status: Int, headers: [HTTPHeader], body: String)
        /// A failure without a complete response.
        case failure(TransportFailure.Kind)
        /// No response until the task is canceled.
        case silence

        /// Returns a response with `body` and without headers.
        public static func body(_ body: String, status: Int = 200) -> Answer {
            .response(status: status, headers: [], body: body)
        }
    }

    private struct State {
        var answers: [Answer]
        var urls: [String] = []
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state: Mutex<State>

    /// Creates a cloud with at least one answer.
    public init(_ answers: Answer...) { state = Mutex(State(answers: answers)) }

    /// The requested URLs, in order.
    public var urls: [String] { state.withLock { $0.urls } }

    /// Replaces the remaining answers.
    public func answer(_ answers: Answer...) { state.withLock { $0.answers = answers } }

    /// Suspends until `count` requests have been sent in total.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.urls.count >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// See `HTTPTransport`.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let (answer, satisfied) = state.withLock { state in
            state.urls.append(request.url)
            let satisfied = state.watchers.filter { $0.count <= state.urls.count }
            state.watchers.removeAll { $0.count <= state.urls.count }
            return (state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0], satisfied)
        }
        for watcher in satisfied { watcher.continuation.resume() }
        switch answer {
        case .response(let status, let headers, let body):
            return HTTPResponse(
                status: status, headers: headers, body: Array(body.utf8), receivedBytes: body.utf8.count)
        case .failure(let kind): throw TransportFailure(kind, "stubbed \(kind.rawValue)")
        case .silence:
            // A stream without elements ends only with the task.
            let (stream, feed) = AsyncStream.makeStream(of: Never.self)
            for await _ in stream {}
            withExtendedLifetime(feed) {}
            throw TransportFailure(.canceled, "the task was canceled")
        }
    }
}
