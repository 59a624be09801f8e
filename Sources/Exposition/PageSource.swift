// SPDX-License-Identifier: Apache-2.0

/// Where a page's fragments come from. Nothing here waits: a scrape takes what is there.
public protocol PageSource: Sendable {
    /// A number that changes whenever ``fragments()`` would give something else.
    var version: UInt64 { get }
    /// What is fixed until the version changes, in the order in which it is to be served. A subject that has nothing to
    /// show for a while should give an empty fragment: those behind it then keep their places, and are not compressed again.
    func fragments() -> [Fragment]
    /// The series of the workspaces that `selection` names, in the order in which they are to be served; nil where a source
    /// or workspace of it is unknown.
    func fragments(of selection: PageSelection) -> [Fragment]?
    /// What is rendered at each scrape.
    func liveFragments() -> [Fragment]
    /// Names of the families that ``liveFragments()`` gives.
    var liveFamilies: Set<String> { get }
}
