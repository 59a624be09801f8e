// SPDX-License-Identifier: Apache-2.0
internal import Exposition
internal import HTTPListener
internal import Logging
internal import MetricsServer
internal import ServiceLifecycle

/// Polls until the process is to end.
struct PollingService: Service {
    let exporter: Exporter

    func run() async throws {
        await cancelWhenGracefulShutdown { await exporter.pollForever() }
        await exporter.shutDown()
    }
}

/// Serves until the process is to end; then the listener closes and requests in flight finish.
struct WebService: Service {
    /// How long requests in flight may take after the signal; with what follows less than five seconds.
    private static let grace = Duration.seconds(3)

    let listener: Listener

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await listener.run()
        } onGracefulShutdown: {
            Task { await listener.shutdown(grace: Self.grace) }
        }
    }
}

/// Any loop that ends when it is cancelled.
struct BackgroundService: Service {
    let body: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await body() } }
}
