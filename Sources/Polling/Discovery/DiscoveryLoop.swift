// SPDX-License-Identifier: Apache-2.0
public import Base
public import Fabric
public import Logging
import Synchronization

/// Discovers the workspaces of one source in every interval and reports changes.
public final class DiscoveryLoop: SourceLoop {
    private let loop: IntervalLoop<WorkspaceList>

    /// Creates a loop for `source`, which the store must have.
    /// - Parameters:
    ///   - timing: the interval between discoveries and the timeout of one request.
    ///   - countSelected: returns the number of discovered workspaces that are polled, over all shards. Default: all.
    ///   - onChange: called with the workspaces, ordered by id, after the first successful discovery and after each one
    ///     that found different workspaces. A failed discovery keeps the last known workspaces.
    public init(
        source: String, lister: WorkspaceLister, timing: PollTiming, clock: any ExporterClock, logger: Logger,
        store: DiscoveryStore, countSelected: @escaping @Sendable ([DiscoveredWorkspace]) -> Int = { $0.count },
        onChange: @escaping @Sendable ([DiscoveredWorkspace]) async -> Void
    ) {
        let log = DiscoveryLog(source: source, logger: logger)
        let known = KnownWorkspaces()
        loop = IntervalLoop(
            "discovery", key: source, timing: timing, clock: clock,
            turn: { lister.turn(retryWindow: timing.interval) },
            read: { turn throws(APIFailure) in try await lister.list(turn) },
            onSuccess: { list, endedAt in
                let workspaces = list.workspaces
                let selected = countSelected(workspaces)
                store.note(
                    .found(DiscoveredCount(found: workspaces.count, selected: selected)), endedAt: endedAt, of: source)
                let before = known.replace(by: workspaces)
                log.noteSuccess(list, selected: selected, before: before)
                if workspaces != before { await onChange(workspaces) }
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

/// The last known workspaces of a source.
private final class KnownWorkspaces: Sendable {
    private let workspaces = Mutex<[DiscoveredWorkspace]?>(nil)

    /// Replaces the workspaces.
    /// - Returns: the previous ones; nil before the first successful discovery.
    func replace(by new: [DiscoveredWorkspace]) -> [DiscoveredWorkspace]? {
        workspaces.withLock { workspaces in
            defer { workspaces = new }
            return workspaces
        }
    }
}
