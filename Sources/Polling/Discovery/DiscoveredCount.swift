// SPDX-License-Identifier: Apache-2.0

/// The number of workspaces that a discovery found, and of those that are polled.
struct DiscoveredCount: Sendable, Equatable {
    /// A change between two consecutive successful discoveries that operators must know about.
    enum Change: Sendable, Equatable {
        /// No workspace is left to poll, or there is still none but the cause changed.
        case lostAll
        /// There are workspaces to poll again.
        case regained
        /// Fewer than half as many were found or are polled as before.
        case fell
    }

    /// The number of workspaces that the API listed.
    var found: Int
    /// The number of those that are polled, over all shards: they match `include` and `exclude`, or are configured.
    var selected: Int

    /// The number of those that `include` and `exclude` omit.
    var leftOut: Int { found - selected }

    /// Returns the change since the previous successful discovery; nil without an important one.
    /// - Parameter before: the numbers of the previous successful discovery; nil if this is the first.
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
