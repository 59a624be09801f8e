// SPDX-License-Identifier: Apache-2.0
private import Glibc
import Synchronization

/// Notifies systemd of the state of a service with `Type=notify` (sd_notify(3)). Never blocks: a change of state that
/// the socket does not take is sent again by the next ``report(isHealthy:status:now:)``.
final class SystemdNotifier: Sendable {
    /// The maximum time between reports.
    private static let maximumPeriod = Duration.seconds(10)

    private struct State {
        /// The last change of state, if the socket has not taken it.
        var unsent: String?
        var isStopping = false
        var lastReport: ContinuousClock.Instant?
    }

    private let socket: Int32
    private let address: sockaddr_un
    private let addressLength: socklen_t
    private let hasWatchdog: Bool
    /// The time between reports: at most half of the watchdog's timeout.
    private let period: Duration
    private let state = Mutex(State())

    /// The time between calls of ``report(isHealthy:status:now:)``.
    var tick: Duration { min(.seconds(1), period) }

    /// Returns the notifier of this process' variables; nil if systemd expects no notifications. Unsets the variables,
    /// so that child processes don't use them.
    static func take() -> SystemdNotifier? {
        let names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]
        let values = names.map { getenv($0).map { String(cString: $0) } }
        for name in names { unsetenv(name) }
        let isOwn = values[2].map { Int32($0) == getpid() } ?? true
        return values[0].flatMap { SystemdNotifier(socket: $0, watchdogMicroseconds: isOwn ? values[1] : nil) }
    }

    /// Creates a notifier.
    /// - Parameters:
    ///   - path: an absolute path, or `@` and a name in the abstract namespace; others are not supported.
    ///   - watchdogMicroseconds: the timeout of systemd's watchdog; nil without one.
    init?(socket path: String, watchdogMicroseconds: String?) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard let first = name.first, name.count > 1, name.count < MemoryLayout.size(ofValue: address.sun_path) else {
            return nil
        }
        switch first {
        case UInt8(ascii: "@"): name[0] = 0
        // A path ends with a zero byte; in the abstract namespace it would belong to the name.
        case UInt8(ascii: "/"): name.append(0)
        default: return nil
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        self.address = address
        addressLength = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let timeout = watchdogMicroseconds.flatMap { Int64($0) }.flatMap { $0 > 0 ? Duration.microseconds($0) : nil }
        hasWatchdog = timeout != nil
        period = min(timeout.map { $0 / 2 } ?? Self.maximumPeriod, Self.maximumPeriod)
        socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if socket < 0 { return nil }
    }

    deinit { close(socket) }

    /// Notes that the service has started, or that a reload has ended.
    func noteReady() { change("READY=1\nSTATUS=Polling") }

    /// Notes that a reload has begun.
    func noteReload() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
        change("RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=Reloading the configuration")
    }

    /// Notes that the service is stopping. Nothing else is sent afterward.
    func noteStop() {
        change("STOPPING=1\nSTATUS=Stopping")
        state.withLock { $0.isStopping = true }
    }

    /// Sends the status, and while `isHealthy` feeds systemd's watchdog, if that is due. Call it at every ``tick``.
    func report(isHealthy: Bool, status: () -> String, now: ContinuousClock.Instant) {
        let isDue = state.withLock { state in
            if let unsent = state.unsent, send(unsent) { state.unsent = nil }
            if state.isStopping { return false }
            // At the next tick it would be too late.
            if let last = state.lastReport, now + tick <= last + period { return false }
            state.lastReport = now
            return true
        }
        guard isDue else { return }
        // Outside of the lock, because the thread that handles stop signals must not wait for it.
        let text = (hasWatchdog && isHealthy ? "WATCHDOG=1\n" : "") + "STATUS=" + status()
        state.withLock { state in
            if !state.isStopping { _ = send(text) }
        }
    }

    private func change(_ text: String) {
        state.withLock { state in
            if !state.isStopping { state.unsent = send(text) ? nil : text }
        }
    }

    /// Sends `text`; returns false if the socket is full or missing.
    private func send(_ text: String) -> Bool {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let bytes = Array(text.utf8)
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(socket, bytes, bytes.count, flags, $0, addressLength) == bytes.count
            }
        }
    }
}
