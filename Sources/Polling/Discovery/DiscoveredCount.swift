// SPDX-License-Identifier: Apache-2.0

/// How many workspaces a discovery found, and how many of them are polled.
struct DiscoveredCount: Sendable, Equatable {
    /// A difference between two successful discoveries in a row that operators must know.
    enum Change: Sendable, Equatable {
        /// No workspace is left to poll, or still none but for another cause.
        case lostAll
        /// There are workspaces to poll again.
        case regained
        /// Fewer than half of what was found or polled before.
        case fell
    }

    /// The number of workspaces that the API listed.
    var found: Int
    /// The number of those that `include` and `exclude` let through or that are configured, over all shards.
    var selected: Int

    /// The number of those that `include` and `exclude` leave out.
    var leftOut: Int { found - selected }

    /// Returns what changed since the successful discovery before; nil for nothing of importance.
    /// - Parameter before: the numbers of that discovery; nil if this is the first.
    func change(since before: DiscoveredCount?) -> Change? {
        if selected == 0 {
            let isSameCause = before.map { $0.selected == 0 && ($0.found == 0) == (found == 0) } ?? false
            return isSameCause ? nil : .lostAll
        }
        guard let before else { return nil }
        if before.selected == 0 { return .regained }
        return found < before.found - found || selected < before.selected - selected ? .fell : nil
    }
}
