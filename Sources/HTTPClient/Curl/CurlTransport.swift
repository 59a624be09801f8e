// SPDX-License-Identifier: Apache-2.0
private import Base

/// Carries out HTTP exchanges through a ``CurlEngine``, with one source's way of making connections: requests of the
/// same transport share connections, requests of different ones never do. So a transport that replaces another one
/// begins with new connections.
public final class CurlTransport: HTTPTransport {
    /// Differs from every other transport's, also of transports that are gone.
    let id: UInt64
    let options: ConnectionOptions
    private let engine: CurlEngine
    /// nil: no TLS file is configured.
    private let files: TLSFiles?
    /// Those of the proxy's address, known as long as the transport is used.
    private let proxySecrets: [Secret]

    init(_ engine: CurlEngine, id: UInt64, options: ConnectionOptions, files: TLSFiles?) {
        self.engine = engine
        self.id = id
        self.options = options
        self.files = files
        proxySecrets = options.proxyURL.map { Secret.ofProxy($0) } ?? []
    }

    deinit { engine.mailbox.post { $0.drops.append(id) } }

    /// See ``HTTPTransport/send(_:)``.
    public func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        guard request.timeout > .zero else {
            throw TransportFailure(.timeout, "the time was over before the exchange began")
        }
        // From here on, so that time spent on files is part of the exchange.
        let deadline = ContinuousClock.now.advanced(by: min(request.timeout, Exchange.longest))
        guard let files, try RequestURL(request.url).isTLS else {
            return try await Exchange(request, self, deadline: deadline).outcome(by: engine.mailbox).get()
        }
        let content = try await files.content(within: request.timeout)
        do {
            return try await Exchange(request, self, content, deadline: deadline).outcome(by: engine.mailbox).get()
        } catch {
            throw error.kind == .tls ? files.explain(error) : error
        }
    }
}
