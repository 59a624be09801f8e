// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A TCP server on loopback that does, connection by connection, what its script says, right or wrong.
///
/// It runs on POSIX threads of its own, so that a test may block the pool or flood the client without standing still
/// itself. A step that waits also ends when the peer closes or the server is stopped.
public final class ScriptedServer: Sendable {
    /// One thing to do on a connection.
    public enum Step: Sendable {
        /// Read one request, its body included where it has a Content-Length.
        case expectRequest
        /// Send these bytes.
        case send([UInt8])
        /// Send these bytes again and again, pausing in between, until the peer closes.
        case trickle([UInt8], every: Duration)
        /// Send these bytes again and again, as fast as they go, until the peer closes.
        case flood([UInt8])
        /// Do these steps again and again until the peer closes.
        case loop([Step])
        /// Do nothing until ``ScriptedServer/release()``.
        case waitForRelease
        /// Do nothing until the peer closes.
        case hang
        /// End the connection by RST instead of FIN.
        case reset

        /// Send this text.
        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

        /// Answer every request on the connection with `response`.
        public static func answer(_ response: String) -> Step { .loop([.expectRequest, .send(response)]) }
    }

    /// What has happened so far.
    public struct Log: Sendable {
        /// The requests read, in the order in which they were complete: head and body as they came.
        public var requests: [String] = []
        /// How many connections were accepted.
        public var connections = 0
        /// How many connections the peer closed while its script went on.
        public var closedByPeer = 0
        /// How many connections are over, for whatever reason.
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

    /// The port it listens on, of 127.0.0.1.
    public let port: UInt16
    private let listener: Int32
    /// Readable once the server is stopped or released; threads that wait poll it beside their socket.
    let stopSignal: EventFlag
    let releaseSignal: EventFlag
    let state = Mutex(State())
    private let script: @Sendable (Int) -> [Step]

    /// Listens on a free port.
    /// - Parameter script: what to do on the n-th connection, counted from 0; then the server closes it.
    public init(_ script: @escaping @Sendable (Int) -> [Step]) throws {
        (listener, port) = try LoopbackSocket.listen()
        stopSignal = try EventFlag()
        releaseSignal = try EventFlag()
        self.script = script
        try startThread { [self] in acceptConnections() }
    }

    /// Does the same on every connection.
    public convenience init(_ steps: Step...) throws {
        try self.init { _ in steps }
    }

    /// `http://127.0.0.1:port` with `path` behind it.
    public func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// What has happened so far.
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

    /// Ends every ``Step/waitForRelease``, now and later.
    public func release() { releaseSignal.raise() }

    /// Closes the listener and every connection. The threads end by themselves.
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
        while stopSignal.waitBeside(listener, for: nil) == .readable {
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
            // Under the lock, so that stop() never touches a number that already means another file.
            state.sockets.remove(socket)
            close(socket)
        }
        record { log in
            if end == .closedByPeer { log.closedByPeer += 1 }
            log.finished += 1
        }
    }
}
