// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric

/// The health of a source's discovery, updated at the end of each discovery.
struct DiscoveryHealth: Sendable {
    /// The outcome of a discovery.
    enum Outcome: Sendable {
        /// A complete list of workspaces.
        case found(DiscoveredCount)
        case failed(APIFailure)
    }

    private var health = LoopHealth()
    /// The numbers of the last successful discovery; nil before the first.
    private(set) var count: DiscoveredCount?

    /// Whether the first discovery has ended, successful or not.
    var isTried: Bool { health.isTried }

    /// Whether the last discovery failed.
    var isFailing: Bool { health.failure != nil }

    /// Notes the end of a discovery.
    /// - Parameter endedAt: the wall clock time at the end of the discovery.
    mutating func note(_ outcome: Outcome, endedAt: Timestamp) {
        switch outcome {
        case .found(let count):
            self.count = count
            health.note(nil, endedAt: endedAt)
        case .failed(let failure): health.note(failure, endedAt: endedAt)
        }
    }

    /// Resets the state to that before the first discovery, except for the number of failures.
    mutating func reset() {
        health.reset()
        count = nil
    }

    /// The state for the status page and the status JSON.
    var status: SourceStatus.Discovery {
        SourceStatus.Discovery(
            isTried: isTried, failure: health.failure?.reason, workspaces: count?.found, selected: count?.selected,
            lastSuccess: health.lastSuccess)
    }

    func fragment(ofSource source: String) -> Fragment {
        typealias Families = DiscoveryFamilies
        var builder = FragmentBuilder(labels: [Label("source", source)])
        if let count { builder.add(Families.workspaces, .integer(Int64(count.found))) }
        health.write(
            up: Families.isUp, lastSuccess: Families.lastSuccess, failures: Families.failures, to: &builder)
        return builder.build()
    }
}
