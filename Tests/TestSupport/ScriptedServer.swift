// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A TCP server on loopback that runs a script on each connection.
///
/// Runs on its own POSIX threads, so that a test may block Swift's thread pool. A waiting step also ends when the peer
/// closes the connection or the server is stopped.
public final class ScriptedServer: Sendable {
    /// A step of a script.
    public enum Step: Sendable {
        /// Reads a request, including a body with Content-Length.
        case expectRequest
        /// Sends bytes.
        case send([UInt8])
        /// Sends bytes repeatedly at an interval, until the peer closes.
        case trickle([UInt8], every: Duration)
        /// Sends bytes repeatedly without pause, until the peer closes.
        case flood([UInt8])
        /// Repeats steps until the peer closes.
        case loop([Step])
        /// Waits for ``ScriptedServer/release()``.
        case waitForRelease
        /// Waits until the peer closes.
        case hang
        /// Makes the server end the connection with RST instead of FIN.
        case reset

        /// Sends text.
        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Responds to every request on the connection with `response`.
        public static func answer(_ response: String) -> Step { .loop([.expectRequest, .send(response)]) }
    }

    /// The recorded events.
    public struct Log: Sendable {
        /// The complete requests in the order received, with head and body.
        public var requests: [String] = []
        /// The number of accepted connections.
        public var connections = 0
        /// The number of connections that the peer closed before the end of the script.
        public var closedByPeer = 0
        /// The number of ended connections.
        public var finished = 0

        /// The targets of the request lines.
        public var targets: [String] {
            requests.map { $0.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
        }
    }

    struct State {
        var log = Log()
        var isStopped = false
        var isReleased = false
        var sockets: Set<Int32> = []
        var watchers: [(condition: @Sendable (Log) -> Bool, continuation: CheckedContinuation<Log, Never>)] = []
    }

    /// The port that the server listens on, of 127.0.0.1.
    public let port: UInt16
    private let listener: Int32
    /// Raised when the server is stopped. Waiting threads poll it together with their socket.
    let stopSignal: EventFlag
    let releaseSignal: EventFlag
    let state = Mutex(State())
    private let script: @Sendable (Int) -> [Step]

    /// Starts a server on a free port.
    /// - Parameter script: returns the steps for the connection with the given number, from 0. After them, the server
    ///   closes it.
    public init(_ script: @escaping @Sendable (Int) -> [Step]) throws {
        (listener, port) = try LoopbackSocket.listen()
        stopSignal = try EventFlag()
        releaseSignal = try EventFlag()
        self.script = script
        try startThread { [self] in acceptConnections() }
    }

    /// Starts a server with the same steps on every connection.
    public convenience init(_ steps: Step...) throws {
        try self.init { _ in steps }
    }

    /// Returns the URL of `path` on this server.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The events so far.
    public var log: Log { state.withLock { $0.log } }

    /// Suspends until `condition` holds.
    @discardableResult
    public func wait(for condition: @escaping @Sendable (Log) -> Bool) async -> Log {
        await withCheckedContinuation { continuation in
            let ready: Log? = state.withLock { state in
                if condition(state.log) { return state.log }
                state.watchers.append((condition, continuation))
                return nil
            }
            if let ready { continuation.resume(returning: ready) }
        }
    }

    /// Ends all ``Step/waitForRelease`` steps, including later ones.
    public func release() { releaseSignal.raise() }

    /// Closes the listener and all connections. The threads exit on their own.
    public func stop() {
        stopSignal.raise()
        state.withLock { state in
            state.isStopped = true
            for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    func record(_ change: (inout Log) -> Void) {
        let (log, due) = state.withLock { state in
            change(&state.log)
            let log = state.log
            let due = state.watchers.filter { $0.condition(log) }
            state.watchers.removeAll { $0.condition(log) }
            return (log, due.map(\.continuation))
        }
        for continuation in due { continuation.resume(returning: log) }
    }

    private func acceptConnections() {
        defer { close(listener) }
        while stopSignal.wait(with: listener, timeout: nil) == .readable {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { continue }
            let index: Int? = state.withLock { state in
                guard !state.isStopped else { return nil }
                state.sockets.insert(socket)
                return state.log.connections
            }
            guard let index else {
                close(socket)
                return
            }
            record { $0.connections += 1 }
            let steps = script(index)
            do {
                try startThread { [self] in serve(socket, steps) }
            } catch {
                close(socket)
            }
        }
    }

    private func serve(_ socket: Int32, _ steps: [Step]) {
        let connection = ScriptedConnection(socket, self)
        let end = connection.run(steps)
        state.withLock { state in
            // Closed under the lock, so that stop() never uses a descriptor that has been reused.
            state.sockets.remove(socket)
            close(socket)
        }
        record { log in
            if end == .closedByPeer { log.closedByPeer += 1 }
            log.finished += 1
        }
    }
}
