// SPDX-License-Identifier: Apache-2.0
public import HTTPClient
import Synchronization

/// A transport that serves pages of a list, as the test scripts it.
public final class StubListTransport: HTTPTransport {
    /// What was asked for.
    public struct Request: Sendable {
        /// How many were asked before it.
        public var number: Int
        /// The address.
        public var url: String
        /// The query's `offset`; 0 where it has none.
        public var offset: Int
        /// The query's `limit`; 0 where it has none.
        public var limit: Int
    }

    /// What is answered.
    public enum Answer: Sendable {
        /// The asked part of these records, each a JSON text, under `key`, with the number of all of them as `total`.
        case page(of: [String], key: String, total: Int? = nil)
        /// This status and body.
        case status(Int, body: String)
        /// No response.
        case failure(TransportFailure)
        /// Nothing until the exchange is cancelled.
        case hang
    }

    private struct State {
        var urls: [String] = []
        /// Requests for which an answer has been asked.
        var handled = 0
        var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())
    private let answer: @Sendable (Request) -> Answer

    /// A transport that answers by `answer`.
    public init(answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

    /// The addresses that were asked for, in order.
    public var urls: [String] { state.withLock { $0.urls } }

    /// Suspends until `count` requests have been sent in all, and the test has been asked for their answers.
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
        let asked = Request(
            number: number, url: request.url, offset: Self.number("offset", in: request.url),
            limit: Self.number("limit", in: request.url))
        let answer = answer(asked)
        let woken = state.withLock { state in
            state.handled += 1
            let woken = state.watchers.filter { $0.count <= state.handled }
            state.watchers.removeAll { $0.count <= state.handled }
            return woken
        }
        for watcher in woken { watcher.continuation.resume() }
        switch answer {
        case .page(let records, let key, let total):
            let page = records.dropFirst(asked.offset).prefix(asked.limit).joined(separator: ",")
            return Self.response(200, "{\"total\":\(total ?? records.count),\"\(key)\":[\(page)]}")
        case .status(let status, let body): return Self.response(status, body)
        case .failure(let failure): throw failure
        case .hang:
            // Nothing ever comes; waiting for it ends when the task is cancelled.
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
