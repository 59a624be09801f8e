// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

/// Runs `body` with a transport of a new engine, and shuts the engine down.
///
/// By default without proxy, so that one in the environment doesn't interfere.
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
    /// Sends a GET request with limits that suit most tests.
    func get(
        _ url: String, headers: [HTTPHeader] = [], timeout: Duration = .seconds(20), maxBodyBytes: Int = 1_000_000
    ) async throws(TransportFailure) -> HTTPResponse {
        try await send(HTTPRequest(url: url, headers: headers, timeout: timeout, maxBodyBytes: maxBodyBytes))
    }

    /// Returns the body of a GET request, or the description of the failure.
    func text(_ url: String, maxBodyBytes: Int = 1_000_000) async -> String {
        do {
            return try await get(url, maxBodyBytes: maxBodyBytes).text
        } catch {
            return error.description
        }
    }

    /// Returns the status of a GET request; nil if it failed.
    func status(_ url: String) async -> Int? {
        try? await get(url).status
    }

    /// Returns the failure of a GET request; nil if it succeeded.
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

/// Returns a response with a Content-Length.
func plainResponse(_ body: String, status: String = "200 OK", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}
