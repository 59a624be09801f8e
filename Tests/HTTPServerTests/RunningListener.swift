// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Logging
import Synchronization
import TestSupport
import Testing

/// Runs `body` with a listener on a free port of the loopback interface, then shuts it down.
func withListener(
    logger: Logger = quietLogger,
    handler: @escaping Listener.Handler,
    settings adjust: (inout ListenerSettings) -> Void = { _ in },
    _ body: (_ address: String, _ listener: Listener) async throws -> Void
) async throws {
    var settings = ListenerSettings(addresses: [ListenAddress(host: "127.0.0.1", port: 0)])
    adjust(&settings)
    let listener = try await Listener.bind(settings, logger: logger, handler: handler)
    let address = try #require(listener.boundAddresses.first)
    let running = Task { try await listener.run() }
    do {
        try await body(address, listener)
    } catch {
        await listener.shutdown(grace: .zero)
        throw error
    }
    await listener.shutdown(grace: .zero)
    try await running.value
}

/// A logger that discards everything.
let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A value that a task can wait for.
actor Signal<Value: Sendable> {
    private var value: Value?
    private var waiters: [CheckedContinuation<Value, Never>] = []

    func send(_ value: Value) {
        self.value = value
        for waiter in waiters { waiter.resume(returning: value) }
        waiters = []
    }

    func wait() async -> Value {
        if let value { return value }
        return await withCheckedContinuation { waiters.append($0) }
    }
}

/// Records log messages of level info and above.
final class LogRecorder: Sendable {
    private let lines = Mutex<[(text: String, metadata: Logger.Metadata)]>([])

    var text: [String] { lines.withLock { $0.map(\.text) } }
    var metadata: [Logger.Metadata] { lines.withLock { $0.map(\.metadata) } }

    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.lines.withLock { $0.append(("\(event.level): \(event.message)", event.metadata ?? [:])) }
        }
    }
}

extension ListenerResponse {
    /// Returns a response that ends only when its connection is closed, and sends `failed` then.
    static func endless(_ failed: Signal<Bool>) -> ListenerResponse {
        ListenerResponse(
            status: 200,
            body: .stream(contentLength: nil) { writer in
                do {
                    while true { try await writer.write([UInt8](repeating: 120, count: 1 << 20)) }
                } catch {
                    await failed.send(true)
                    throw error
                }
            })
    }
}
