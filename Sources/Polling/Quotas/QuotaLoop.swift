// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Logging

/// Reads the quotas of one source in every interval.
public final class QuotaLoop: SourceLoop {
    private let loop: IntervalLoop<QuotaList>

    /// Creates a loop for `source`, which the store must have.
    /// - Parameter timing: the interval between reads, the timeout of one request, and the age at which quotas are stale.
    public init(
        source: String, lister: QuotaLister, timing: PollTiming, clock: any ExporterClock, logger: Logger,
        store: QuotaStore
    ) {
        let log = QuotaLog(source: source, logger: logger)
        loop = IntervalLoop(
            "read of quotas", key: "\(source)/quotas", timing: timing, clock: clock,
            turn: { lister.turn(retryWindow: timing.interval) },
            read: { turn throws(APIFailure) in try await lister.list(turn) },
            onSuccess: { list, endedAt in
                store.note(
                    .read(list, at: clock.now, staleAfter: timing.staleAfter), endedAt: endedAt, of: source)
                log.noteSuccess(list)
            },
            onFailure: { failure, endedAt in
                store.note(.failed(failure), endedAt: endedAt, of: source)
                log.noteFailure(failure)
            })
    }

    /// See ``SourceLoop/run()``.
    public func run() async { await loop.run() }

    /// See ``SourceLoop/step()``.
    public func step() async { await loop.step() }

    /// See ``SourceLoop/watch()``.
    public func watch() { loop.watch() }
}
