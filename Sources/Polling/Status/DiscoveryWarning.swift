// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// Why a source polls no workspace, or no discovered one, although no poll fails.
public enum DiscoveryWarning: Sendable, Equatable {
    /// Discovery succeeded and found no workspace.
    case nothingFound
    /// Discovery found workspaces, but `include` and `exclude` omit all of them.
    case nothingSelected(found: Int)
    /// Discovery has never succeeded, and no workspace is polled.
    case neverSucceeded(FailureReason)

    /// Returns the warning as one sentence about the source `name`: what happened, what it means, what to do.
    public func text(source name: String) -> String {
        switch self {
        case .nothingFound:
            "discovery of \(name) found 0 workspaces, so it gives none to poll; check that the credential has the "
                + "permission DataArtsFabric:workspace:list and belongs to the right project, and check region, "
                + "discovery.name and discovery.enterprise_project_id"
        case .nothingSelected(let found):
            "discovery of \(name) found \(found) workspace\(found == 1 ? "" : "s"), 0 match include and exclude, so "
                + "it gives none to poll; check discovery.include and discovery.exclude"
        case .neverSucceeded(let reason):
            "discovery of \(name) has not succeeded yet (\(reason.rawValue)), so no workspace of this source is polled; "
                + "see the log"
        }
    }
}

extension StatusReport {
    /// Returns the warning about the discovery of `source`; nil without one. An empty shard causes no warning:
    /// workspaces are counted before they are assigned to shards.
    public func warning(of source: SourceStatus) -> DiscoveryWarning? {
        guard let discovery = source.discovery else { return nil }
        if let found = discovery.workspaces, discovery.selected == 0 {
            return found == 0 ? .nothingFound : .nothingSelected(found: found)
        }
        guard discovery.lastSuccess == nil, let failure = discovery.failure,
            !workspaces.contains(where: { $0.workspace.key.source == source.name })
        else { return nil }
        return .neverSucceeded(failure)
    }
}
