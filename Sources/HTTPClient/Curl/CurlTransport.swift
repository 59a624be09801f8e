// SPDX-License-Identifier: Apache-2.0
private import Base

/// Sends HTTP requests through a ``CurlEngine`` with the connection options of one source. Requests of the same
/// transport share connections; different transports never do, so a transport that replaces another one opens new
/// connections.
public final class CurlTransport: HTTPTransport {
    /// An identifier that is never reused.
    let id: UInt64
    let options: ConnectionOptions
    private let engine: CurlEngine
    /// nil if no TLS file is configured.
    private let files: TLSFiles?
    /// The secrets in the proxy's URL, kept so that they are redacted while the transport exists.
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
            throw TransportFailure(.timeout, "the deadline passed before the request was sent")
        }
        // Starts here, so that reading TLS files counts toward the timeout.
        let deadline = ContinuousClock.now.advanced(by: min(request.timeout, PendingRequest.maximumTimeout))
        guard let files, try RequestURL(request.url).isTLS else {
            return try await PendingRequest(request, self, deadline: deadline).outcome(by: engine.mailbox).get()
        }
        let content = try await files.content(within: request.timeout)
        do {
            return try await PendingRequest(request, self, content, deadline: deadline).outcome(by: engine.mailbox)
                .get()
        } catch {
            throw error.kind == .tls ? files.explain(error) : error
        }
    }
}
