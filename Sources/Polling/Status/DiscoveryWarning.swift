// SPDX-License-Identifier: Apache-2.0
public import Base
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
    public func text(source name: String) -> Phrase {
        switch self {
        case .nothingFound:
            Phrase(
                "discovery of \(name) found 0 workspaces, so it gives none to poll; check that the credential has the "
                    + "permission DataArtsFabric:workspace:list and belongs to the right project, and check region, "
                    + "discovery.name and discovery.enterprise_project_id",
                "\(name) 的发现没有找到任何工作空间，因此没有可轮询的工作空间；请检查凭证是否有权限 DataArtsFabric:workspace:list、是否属于正确的项目，"
                    + "以及 region、discovery.name 和 discovery.enterprise_project_id")
        case .nothingSelected(let found):
            Phrase(
                "discovery of \(name) found \(found) workspace\(found == 1 ? "" : "s"), 0 match include and exclude, so "
                    + "it gives none to poll; check discovery.include and discovery.exclude",
                "\(name) 的发现找到 \(found) 个工作空间，但没有一个符合 include 和 exclude，因此没有可轮询的工作空间；"
                    + "请检查 discovery.include 和 discovery.exclude")
        case .neverSucceeded(let reason):
            Phrase(
                "discovery of \(name) has not succeeded yet (\(reason.rawValue)), so no workspace of this source is "
                    + "polled; see the log",
                "\(name) 的发现尚未成功（\(reason.rawValue)），因此该数据源没有轮询任何工作空间；请查看日志")
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
