// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Logging
import Simulator
import TestSupport

/// Runs `body` with a simulator on a free port.
func withSimulator(_ cloud: SimulatedCloud, _ body: (_ server: SimulatorServer) async throws -> Void) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try await SimulatorServer.start(cloud, logger: logger)
    let running = Task { try await server.run() }
    do {
        try await body(server)
    } catch {
        await server.shutdown()
        throw error
    }
    await server.shutdown()
    try await running.value
}

extension SimulatorServer {
    /// Returns a client that has requested `target`.
    func client(get target: String, token: String? = "simulated-token") async throws -> RawClient {
        let client = try RawClient(connectingTo: String(baseURL.dropFirst("http://".count)))
        let header = token.map { "X-Auth-Token: \($0)\r\n" } ?? ""
        try await client.send("GET \(target) HTTP/1.1\r\nHost: h\r\n\(header)Connection: close\r\n\r\n")
        return client
    }
}

/// Returns status, body and headers of a response, without a socket.
func ask(
    _ cloud: SimulatedCloud,
    _ target: String,
    token: String? = "simulated-token",
    method: String = "GET"
) async -> (status: Int, body: String, headers: [(String, String)]) {
    let headers = token.map { [(name: "x-auth-token", value: $0)] } ?? []
    let response = await cloud.answer(ListenerRequest(method: method, target: target, headers: headers))
    guard case .bytes(let bytes) = response.body else { return (response.status, "", response.headers) }
    return (response.status, String(decoding: bytes, as: UTF8.self), response.headers)
}

/// Returns the ids in the body of a list, in order.
func ids(_ body: String) -> [String] {
    body.split(separator: "\"id\":\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
}
