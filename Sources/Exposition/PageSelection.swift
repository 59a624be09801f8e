// SPDX-License-Identifier: Apache-2.0

/// Which workspaces' series a scrape wants: those whose `source` and `workspace_id` are among these. An empty set wants
/// all.
public struct PageSelection: Sendable, Hashable {
    /// Values of `source`.
    public var sources: Set<String>
    /// Values of `workspace_id`.
    public var workspaceIDs: Set<String>

    /// A selection by these values.
    public init(sources: Set<String> = [], workspaceIDs: Set<String> = []) {
        self.sources = sources
        self.workspaceIDs = workspaceIDs
    }

    /// Whether nothing is left out.
    public var isEverything: Bool { sources.isEmpty && workspaceIDs.isEmpty }
}
