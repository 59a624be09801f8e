// SPDX-License-Identifier: Apache-2.0
public import Transport

/// Carries out HTTP exchanges through a ``CurlEngine``, with one source's way of making connections.
public struct CurlTransport: HTTPTransport {
    let engine: CurlEngine
    let options: ConnectionOptions

    /// See ``HTTPTransport/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        guard request.timeout > .zero else {
            throw TransportFailure(.timeout, "the time was over before the exchange began")
        }
        return try await Exchange(request, options).outcome(by: engine.mailbox).get()
    }

    /// See ``HTTPTransport/recycle(_:)``.
    public func recycle(_ body: consuming [UInt8]) { engine.bodies.put(body) }
}
