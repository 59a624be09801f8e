// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The system's clocks.
public struct SystemClock: ExporterClock {
    /// Creates a clock; all instances are equivalent.
    public init() {}

    /// See ``ExporterClock/now``.
    public var now: ContinuousClock.Instant { ContinuousClock.now }

    /// See ``ExporterClock/wallMicroseconds``.
    public var wallMicroseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// See ``ExporterClock/sleep(until:)``. Up to the second before `deadline`, tasks share timers: each costs as much as
    /// decoding dozens of records, and stays until it fires even if the task is canceled.
    public func sleep(until deadline: ContinuousClock.Instant) async throws {
        let second = (deadline - Self.origin).components.seconds - 1
        if now < Self.origin + .seconds(second) { await Self.start(of: second).wait(beyond: 0) }
        try await ContinuousClock().sleep(until: deadline)
    }

    private static let origin = ContinuousClock.now
    /// The signals of the starts of seconds since `origin` that tasks wait for.
    private static let starts = Mutex<[Int64: ChangeSignal]>([:])

    private static func start(of second: Int64) -> ChangeSignal {
        starts.withLock { starts in
            if let start = starts[second] { return start }
            let start = ChangeSignal()
            starts[second] = start
            Task {
                try? await ContinuousClock().sleep(until: origin + .seconds(second))
                Self.starts.withLock { $0[second] = nil }
                start.notify()
            }
            return start
        }
    }
}
