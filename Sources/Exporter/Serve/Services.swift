// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPServer
internal import ServiceLifecycle
internal import UnixSignals

/// Polls until graceful shutdown.
struct PollingService: Service {
    let exporter: Exporter
    let notifier: SystemdNotifier?

    func run() async throws {
        await cancelWhenGracefulShutdown { await exporter.pollForever { notifier?.noteReady() } }
        await exporter.shutDown()
    }
}

/// Serves HTTP until graceful shutdown; then the listener closes and requests in flight finish.
struct WebService: Service {
    /// The limit for requests in flight after the signal; leaves time for the other services within five seconds.
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

/// Reloads on SIGHUP. At graceful shutdown all reloads end, including those requested over HTTP: a request in flight
/// must not wait for a file that does not respond.
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

/// Runs `body` until graceful shutdown cancels it.
struct BackgroundService: Service {
    let body: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await body() } }

    /// Creates a service that runs `step` at every `period`.
    static func every(
        _ period: Duration, _ clock: any ExporterClock, step: @escaping @Sendable () async -> Void
    ) -> Self {
        Self {
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + period)
                await step()
            }
        }
    }
}
