// SPDX-License-Identifier: Apache-2.0
public import HTTPClient
import Synchronization

/// A transport that serves pages of a list, scripted by the test.
public final class StubListTransport: HTTPTransport {
    /// A request for a page.
    public struct Request: Sendable {
        /// The number of the request, from 0.
        public var number: Int
        /// The URL.
        public var url: String
        /// The query's `offset`; 0 if absent.
        public var offset: Int
        /// The query's `limit`; 0 if absent.
        public var limit: Int
    }

    /// The outcome of a request.
    public enum Answer: Sendable {
        /// The requested page of records in JSON, under `key`; `total` is by default the number of all records.
        case page(of: [String], key: String, total: Int? = nil)
        /// A response with this status and body.
        case status(Int, body: String)
        /// A failure without response.
        case failure(TransportFailure)
        /// No response until the request is canceled.
        case hang
    }

    private struct State {
        var urls: [String] = []
        /// The number of requests for which `answer` has been called.
        var handled = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Request) -> Answer

    /// Creates a transport that calls `answer` for each request.
    public init(answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

    /// The requested URLs, in order.
    public var urls: [String] { state.withLock { $0.urls } }

    /// Suspends until `count` requests have been sent in total and `answer` has been called for them.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.handled >= count { return true }
                state.watchers.append((count, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }

    /// See ``HTTPTransport/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let number = state.withLock { state in
            state.urls.append(request.url)
            return state.urls.count - 1
        }
        let pageRequest = Request(
            number: number, url: request.url, offset: Self.number("offset", in: request.url),
            limit: Self.number("limit", in: request.url))
        let answer = answer(pageRequest)
        let woken = state.withLock { state in
            state.handled += 1
            let woken = state.watchers.filter { $0.count <= state.handled }
            state.watchers.removeAll { $0.count <= state.handled }
            return woken
        }
        for watcher in woken { watcher.continuation.resume() }
        switch answer {
        case .page(let records, let key, let total):
            let page = records.dropFirst(pageRequest.offset).prefix(pageRequest.limit).joined(separator: ",")
            return Self.response(200, "{\"total\":\(total ?? records.count),\"\(key)\":[\(page)]}")
        case .status(let status, let body): return Self.response(status, body)
        case .failure(let failure): throw failure
        case .hang:
            // A stream without elements ends only with the task.
            let (nothing, source) = AsyncStream<Never>.makeStream()
            for await _ in nothing {}
            source.finish()
            throw TransportFailure(.canceled, "the task was canceled")
        }
    }

    private static func response(_ status: Int, _ body: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: [], body: Array(body.utf8), receivedBytes: body.utf8.count)
    }

    private static func number(_ key: String, in url: String) -> Int {
        let query = url.split(separator: "?").last ?? ""
        let pair = query.split(separator: "&").first { $0.hasPrefix(key + "=") }
        return pair.flatMap { Int($0.dropFirst(key.count + 1)) } ?? 0
    }
}
