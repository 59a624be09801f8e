// SPDX-License-Identifier: Apache-2.0
public import Transport

/// Carries out HTTP exchanges through a ``CurlEngine``, with one source's way of making connections.
public struct CurlTransport: HTTPTransport {
    let engine: CurlEngine
    let route: ConnectionRoute

    /// See ``HTTPTransport/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        guard request.timeout > .zero else {
            throw TransportFailure(.timeout, "the time was over before the exchange began")
        }
        // From here on, so that time spent on files is part of the exchange.
        let deadline = ContinuousClock.now.advanced(by: min(request.timeout, Exchange.longest))
        guard let files = route.files, try RequestURL(request.url).isTLS else {
            return try await Exchange(request, route, deadline: deadline).outcome(by: engine.mailbox).get()
        }
        let content = try await files.content(within: request.timeout)
        do {
            return try await Exchange(request, route, content, deadline: deadline).outcome(by: engine.mailbox).get()
        } catch {
            throw error.kind == .tls ? files.explain(error) : error
        }
    }

    /// See ``HTTPTransport/recycle(_:)``.
    public func recycle(_ body: consuming [UInt8]) { engine.bodies.put(body) }
}
