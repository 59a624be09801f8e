// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Exposition
internal import Fabric
internal import Listings

/// The health of the polls of one listing of a workspace, updated at the end of each poll.
struct PollHealth: Sendable {
    /// The outcome of a poll.
    struct PollResult: Sendable {
        var failure: APIFailure?
        var relists: Int
        var duration: Duration
        /// The wall clock time at the end of the poll.
        var endedAt: Timestamp
    }

    private static let reasons = FailureReason.allCases.sorted().map { ($0, LabelText(["reason": $0.rawValue])) }

    /// The number of polls whose failures are kept with their messages.
    private static let recentLimit = 5

    /// The most recent polls with their failures, most recent first; a stall counts as a failed poll.
    private(set) var recent: [PollResult] = []
    /// More polls, those of `recent` included, without messages.
    private(set) var history = PollHistory()
    var last: PollResult? { recent.first }
    private(set) var lastSuccess: Timestamp?
    /// The last completed poll; stalls don't count.
    private var lastEnded: PollResult?
    private(set) var failingSince: Timestamp?
    /// Whether polling is stalled: no poll has ended since the watchdog found it stalled.
    private(set) var isStalled = false
    private var polls: UInt64 = 0
    private var failures: [FailureReason: UInt64] = [:]
    private var skipped: UInt64 = 0
    private var relists: UInt64 = 0

    mutating func note(_ result: PollResult) {
        polls += 1
        relists += UInt64(result.relists)
        isStalled = false
        lastEnded = result
        if result.failure == nil {
            lastSuccess = result.endedAt
            failingSince = nil
        }
        append(result)
    }

    /// Notes that no poll has ended for too long.
    mutating func noteStall(_ failure: APIFailure, lasting duration: Duration, noticedAt time: Timestamp) {
        isStalled = true
        append(PollResult(failure: failure, relists: 0, duration: duration, endedAt: time))
    }

    private mutating func append(_ result: PollResult) {
        if let failure = result.failure {
            failures[failure.reason, default: 0] += 1
            failingSince = failingSince ?? result.endedAt
        }
        recent.insert(result, at: 0)
        if recent.count > Self.recentLimit { recent.removeLast() }
        history.append(.init(endedAt: result.endedAt, duration: result.duration, reason: result.failure?.reason))
    }

    mutating func noteSkipped(_ slots: Int) { skipped += UInt64(max(0, slots)) }

    func fragment(of listing: String, of workspace: Workspace) -> Fragment {
        typealias Families = PollHealthFamilies
        var builder = FragmentBuilder(labels: workspace.labels + [Label("listing", listing)])
        if let last { builder.add(Families.isUp, .flag(last.failure == nil)) }
        if let lastEnded { builder.add(Families.lastPoll, .microseconds(lastEnded.endedAt.microseconds)) }
        if let lastSuccess { builder.add(Families.lastSuccess, .microseconds(lastSuccess.microseconds)) }
        if let failingSince { builder.add(Families.failingSince, .microseconds(failingSince.microseconds)) }
        if let lastEnded { builder.add(Families.lastPollDuration, .duration(lastEnded.duration)) }
        builder.add(Families.polls, .unsigned(polls))
        builder.add(Families.pollFailures) { writer in
            for (reason, label) in Self.reasons {
                writer.sample(.unsigned(failures[reason] ?? 0)) { $0.add(label) }
            }
        }
        builder.add(Families.pollsSkipped, .unsigned(skipped))
        builder.add(Families.relists, .unsigned(relists))
        return builder.build()
    }
}

extension PollHealthFamilies {
    /// The number of health series of one listing of a workspace, after its first success.
    public static var seriesOfListing: Int {
        var health = PollHealth()
        health.note(.init(failure: nil, relists: 0, duration: .zero, endedAt: Timestamp(microseconds: 0)))
        let workspace = Workspace(key: WorkspaceKey(source: "", workspaceID: ""), baseURL: "")
        return health.fragment(of: "", of: workspace).samples
    }
}

extension Workspace {
    /// The info series of the workspace.
    var infoFragment: Fragment {
        var builder = FragmentBuilder(labels: labels)
        builder.add(PollHealthFamilies.info) { writer in
            let properties = LabelText([
                "region_id": regionID, "base_url": baseURL.prefix(bytes: 256),
                "enterprise_project_id": enterpriseProjectID, "discovered": isDiscovered ? "true" : "false",
            ])
            writer.sample(.integer(1)) { writer in
                writer.add(properties)
                for (name, value) in infoLabels.sorted(by: { $0.key < $1.key }) {
                    writer.add(LabelText([name: value]))
                }
            }
        }
        return builder.build()
    }
}
