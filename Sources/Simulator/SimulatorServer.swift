// SPDX-License-Identifier: Apache-2.0
public import HTTPServer
public import Logging

/// Serves a simulated control plane over HTTP.
public final class SimulatorServer: Sendable {
    /// The simulated cloud.
    public let cloud: SimulatedCloud
    /// `http://` and the bound address.
    public let baseURL: String
    private let listener: Listener

    private init(cloud: SimulatedCloud, baseURL: String, listener: Listener) {
        self.cloud = cloud
        self.baseURL = baseURL
        self.listener = listener
    }

    /// Opens the socket; requests are served by ``run()``.
    /// - Throws: ``ListenFailure``.
    public static func start(
        _ cloud: SimulatedCloud,
        address: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0),
        logger: Logger
    ) async throws -> SimulatorServer {
        // The gateway accepts headers up to 32 KiB each and 128 KiB in total; tokens can be that long.
        // Without half-closure, a response that never comes ends when its client disconnects.
        var settings = ListenerSettings(addresses: [address])
        settings.maxHeaderBytes = 128 * 1024
        settings.allowsHalfClosure = false
        let listener = try await Listener.bind(settings, logger: logger) { await cloud.answer($0) }
        let bound = listener.boundAddresses.first ?? address.description
        return SimulatorServer(cloud: cloud, baseURL: "http://\(bound)", listener: listener)
    }

    /// Serves until ``shutdown(grace:)`` or cancellation.
    public func run() async throws {
        try await listener.run()
    }

    /// Stops after waiting up to `grace` for requests in flight.
    public func shutdown(grace: Duration = .zero) async {
        await listener.shutdown(grace: grace)
    }
}
