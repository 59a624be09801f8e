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
        case failed(FailureReason)
    }

    /// The last outcome; nil until the first discovery has ended.
    private(set) var last: Outcome?
    /// The numbers of the last successful discovery; nil before the first.
    private(set) var count: DiscoveredCount?
    private(set) var lastSuccess: Timestamp?
    private var failures: [FailureReason: UInt64] = [:]

    /// Whether the last discovery failed.
    var isFailing: Bool { if case .failed = last { true } else { false } }

    /// Notes the end of a discovery.
    /// - Parameter endedAt: the wall clock time at the end of the discovery.
    mutating func note(_ outcome: Outcome, endedAt: Timestamp) {
        switch outcome {
        case .found(let count):
            self.count = count
            lastSuccess = endedAt
        case .failed(let reason): failures[reason, default: 0] += 1
        }
        last = outcome
    }

    /// Resets the state to that before the first discovery, except for the number of failures.
    mutating func reset() { (last, count, lastSuccess) = (nil, nil, nil) }

    /// The state for the status page and the status JSON.
    var status: SourceStatus.Discovery {
        var failure: FailureReason?
        if case .failed(let reason) = last { failure = reason }
        return SourceStatus.Discovery(
            isTried: last != nil, failure: failure, workspaces: count?.found, selected: count?.selected,
            lastSuccess: lastSuccess)
    }

    func fragment(ofSource source: String) -> Fragment {
        typealias Families = DiscoveryFamilies
        var builder = FragmentBuilder(labels: [Label("source", source)])
        if last != nil { builder.add(Families.isUp, .flag(!isFailing)) }
        if let count { builder.add(Families.workspaces, .integer(Int64(count.found))) }
        if let lastSuccess { builder.add(Families.lastSuccess, .microseconds(lastSuccess.microseconds)) }
        builder.add(Families.failures) { writer in
            for reason in FailureReason.allCases.sorted() {
                writer.sample(.unsigned(failures[reason] ?? 0), ["reason": reason.rawValue])
            }
        }
        return builder.build()
    }
}
