// SPDX-License-Identifier: Apache-2.0
public import HTTPServer
public import Logging

/// A simulated control plane behind a socket.
public final class SimulatorServer: Sendable {
    /// What is served.
    public let cloud: SimulatedCloud
    /// `http://` and the address in fact listened on.
    public let baseURL: String
    private let listener: Listener

    private init(cloud: SimulatedCloud, baseURL: String, listener: Listener) {
        self.cloud = cloud
        self.baseURL = baseURL
        self.listener = listener
    }

    /// Opens the socket; nothing is answered before ``run()``.
    /// - Throws: ``ListenFailure``.
    public static func start(
        _ cloud: SimulatedCloud,
        address: ListenAddress = ListenAddress(host: "127.0.0.1", port: 0),
        logger: Logger
    ) async throws -> SimulatorServer {
        // The gateway takes headers of 32 KiB and 128 KiB together; tokens can be that long.
        // A response that never comes must end with its client.
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

    /// Stops; requests in flight may take up to `grace`.
    public func shutdown(grace: Duration = .zero) async {
        await listener.shutdown(grace: grace)
    }
}
