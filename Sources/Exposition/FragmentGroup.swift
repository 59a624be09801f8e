// SPDX-License-Identifier: Apache-2.0

/// Fragments that stand side by side and are replaced together: the same object is the same content, so that a page
/// is put together anew only where a group has been replaced.
public final class FragmentGroup: Sendable {
    /// The fragments, in the order in which they are to be served.
    public let fragments: [Fragment]

    /// A group of these fragments.
    public init(_ fragments: [Fragment]) { self.fragments = fragments }
}
