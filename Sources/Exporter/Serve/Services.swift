// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPServer
internal import ServiceLifecycle
internal import UnixSignals

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

/// Reloads on SIGHUP. When the process is to end, every reload ends, also those that were asked for over HTTP: a request
/// in flight must not wait for a file that hangs.
struct ReloadService: Service {
    let signals: ReloadSignals
    let reloader: Reloader

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                for await _ in signals.sequence { _ = await reloader.reload() }
            }
        } onGracefulShutdown: {
            Task { await reloader.stop() }
        }
    }
}

/// Any work that ends when it is cancelled.
struct BackgroundService: Service {
    let body: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await body() } }

    /// A service that does `step` every second.
    static func everySecond(_ clock: any ExporterClock, step: @escaping @Sendable () async -> Void) -> Self {
        Self {
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + .seconds(1))
                await step()
            }
        }
    }
}
