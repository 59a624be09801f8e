// SPDX-License-Identifier: Apache-2.0

/// The source of a page's fragments. No method waits: a scrape exports the current data.
public protocol PageSource: Sendable {
    /// A number that changes whenever the result of ``fragments()`` changes.
    var version: UInt64 { get }
    /// Returns the fragments that are constant until ``version`` changes, in the order of the page. A subject without
    /// series should return an empty fragment: the fragments after it then keep their positions and are not compressed
    /// again.
    func fragments() -> [Fragment]
    /// Returns the series of the workspaces that `selection` names, in the order of the page; nil if one of its sources
    /// or workspaces is unknown.
    func fragments(of selection: PageSelection) -> [Fragment]?
    /// Returns the fragments that are rendered at each scrape.
    func liveFragments() -> [Fragment]
    /// The names of the families in ``liveFragments()``.
    var liveFamilies: Set<String> { get }
}
