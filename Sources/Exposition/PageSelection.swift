// SPDX-License-Identifier: Apache-2.0

/// The workspaces that a scrape requests: those whose `source` and `workspace_id` are in these sets. An empty set
/// matches all.
public struct PageSelection: Sendable, Hashable {
    /// The values of `source`.
    public var sources: Set<String>
    /// The values of `workspace_id`.
    public var workspaceIDs: Set<String>

    /// Creates a selection by these values.
    public init(sources: Set<String> = [], workspaceIDs: Set<String> = []) {
        self.sources = sources
        self.workspaceIDs = workspaceIDs
    }

    /// Whether every workspace matches.
    public var selectsAll: Bool { sources.isEmpty && workspaceIDs.isEmpty }
}
