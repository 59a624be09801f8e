// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// Runs `body` with a transport of an engine of its own, and shuts the engine down.
///
/// The environment's proxy is left out by default, lest the machine's own gets between a test and its server.
func withTransport(
    _ options: ConnectionOptions = ConnectionOptions(proxy: .none),
    _ body: (CurlTransport) async throws -> Void
) async throws {
    let engine = try CurlEngine()
    do {
        try await body(engine.transport(options))
    } catch {
        await engine.shutdown()
        throw error
    }
    await engine.shutdown()
}

/// Runs `body` with a scripted server and a transport.
func withServer(
    _ server: ScriptedServer,
    _ options: ConnectionOptions = ConnectionOptions(proxy: .none),
    _ body: (CurlTransport, ScriptedServer) async throws -> Void
) async throws {
    defer { server.stop() }
    try await withTransport(options) { try await body($0, server) }
}

extension HTTPTransport {
    /// A GET with limits that suit most tests.
    func get(
        _ url: String, headers: [HTTPHeader] = [], timeout: Duration = .seconds(20), maxBodyBytes: Int = 1_000_000
    ) async throws(TransportFailure) -> HTTPResponse {
        try await send(HTTPRequest(url: url, headers: headers, timeout: timeout, maxBodyBytes: maxBodyBytes))
    }

    /// The body of a GET, or what went wrong.
    func text(_ url: String, maxBodyBytes: Int = 1_000_000) async -> String {
        do {
            return try await get(url, maxBodyBytes: maxBodyBytes).text
        } catch {
            return error.description
        }
    }

    /// The status of a GET; nil: none came.
    func status(_ url: String) async -> Int? {
        try? await get(url).status
    }

    /// The failure of a GET; nil: it succeeded.
    func failure(
        _ url: String, headers: [HTTPHeader] = [], timeout: Duration = .seconds(20), maxBodyBytes: Int = 1_000_000
    ) async -> TransportFailure? {
        do {
            _ = try await get(url, headers: headers, timeout: timeout, maxBodyBytes: maxBodyBytes)
            return nil
        } catch {
            return error
        }
    }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A plain response with a Content-Length.
func plainResponse(_ body: String, status: String = "200 OK", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
