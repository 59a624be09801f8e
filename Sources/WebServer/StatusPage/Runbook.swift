// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings
internal import Polling

/// The name of the runbook for what needs attention: that of the alert about it.
struct Runbook: Equatable {
    let name: String

    private init(_ name: String) { self.name = "DataArtsFabric\(name)" }

    static let reloadFailed = Runbook("ReloadFailed")

    init(_ attention: Attention) {
        switch attention {
        case .failed: self.init("EndpointFailed")
        case .stuck: self.init("EndpointStuck")
        case .abnormal: self.init("EndpointAbnormal")
        case .suspended: self.init("EndpointSuspended")
        case .error: self.init("EndpointError")
        }
    }

    /// Creates the runbook for a workspace whose polls fail.
    init(_ reason: FailureReason) { self.init(reason == .stalled ? "WorkspaceStalled" : "WorkspaceFailing") }

    /// Creates the runbook for a source; nil if no alert is about this health alone.
    init?(_ health: SourceHealth) {
        switch health {
        case .lockedOut: self.init("SourceLockedOut")
        case .noWorkspaces, .noneDiscovered: self.init("WorkspacesLost")
        case .down, .partlyDown: self.init("WorkspaceFailing")
        case .discoveryFailing: self.init("DiscoveryFailing")
        case .throttled: self.init("SourceThrottled")
        case .overloaded: self.init("DataStale")
        case .pending, .ok: return nil
        }
    }
}
