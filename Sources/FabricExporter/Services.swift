// SPDX-License-Identifier: Apache-2.0
internal import Clocks
internal import HTTPListener
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
    let reloader: Reloader

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                for await _ in await UnixSignalsSequence(trapping: .sighup) { _ = await reloader.reload() }
            }
        } onGracefulShutdown: {
            Task { await reloader.stop() }
        }
    }
}

/// Looks every second whether a source that fails for want of a credential can get one, and polls it at once if it can. A
/// source whose secret file or IAM takes long delays no other.
struct SecretWatchService: Service {
    private static let period = Duration.seconds(1)

    let exporter: Exporter
    let clock: any ExporterClock

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    try? await clock.sleep(until: clock.now + Self.period)
                    for source in exporter.takeUnwatched() {
                        group.addTask { await exporter.pollIfCredentialChanged(source) }
                    }
                }
            }
        }
    }
}

/// Looks every second for polls that do not end, and has a credential tried at once that is in doubt.
struct WatchdogService: Service {
    private static let period = Duration.seconds(1)

    let exporter: Exporter
    let clock: any ExporterClock

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + Self.period)
                await exporter.watch()
            }
        }
    }
}

/// Looks every second whether the web server's file, or a file that it names, has changed.
struct WebAccessService: Service {
    private static let period = Duration.seconds(1)

    let access: WebAccess
    let clock: any ExporterClock

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await clock.sleep(until: clock.now + Self.period)
                await access.refresh()
            }
        }
    }
}

/// Any loop that ends when it is cancelled.
struct BackgroundService: Service {
    let body: @Sendable () async -> Void

    func run() async throws { await cancelWhenGracefulShutdown { await body() } }
}
