// SPDX-License-Identifier: Apache-2.0

/// The health of a source, worst first. A source has the first state that applies to it.
public enum SourceHealth: String, Sendable, CaseIterable {
    /// Its credential is rejected, so that it sends probes only.
    case lockedOut = "locked_out"
    /// It polls no workspace, and discovery gives a reason.
    case noWorkspaces = "no_workspaces"
    /// All its workspaces are down.
    case down
    /// Discovery gives no workspaces; only configured ones are polled.
    case noneDiscovered = "none_discovered"
    /// The last discovery failed.
    case discoveryFailing = "discovery_failing"
    /// It is paused because the API throttles it.
    case throttled
    /// The rate limit makes a round of polls longer than the interval.
    case overloaded
    /// Some of its workspaces are down.
    case partlyDown = "partly_down"
    /// No discovery or no poll has ended yet.
    case pending
    case ok

    /// Whether the source itself needs attention. Of a source that is partly down the workspaces do.
    public var needsAttention: Bool { ![.partlyDown, .pending, .ok].contains(self) }
}

extension StatusReport {
    /// Returns the health of `source`.
    /// - Parameter workspaces: its workspaces.
    public func health(of source: SourceStatus, _ workspaces: [WorkspaceStatus]) -> SourceHealth {
        let down = workspaces.count(where: \.isDown)
        if source.nextProbe != nil { return .lockedOut }
        let hasWarning = warning(of: source) != nil
        if hasWarning, workspaces.isEmpty { return .noWorkspaces }
        if down > 0, down == workspaces.count { return .down }
        if hasWarning { return .noneDiscovered }
        if source.discovery?.failure != nil { return .discoveryFailing }
        if source.isThrottled { return .throttled }
        if source.round != nil { return .overloaded }
        if down > 0 { return .partlyDown }
        let isPending =
            workspaces.isEmpty ? source.discovery?.isTried == false : workspaces.allSatisfy { $0.state == .pending }
        return isPending ? .pending : .ok
    }
}
