// SPDX-License-Identifier: Apache-2.0

/// The content of an endpoint's label `owner`.
public enum OwnerLabel: String, Sendable, CaseIterable {
    /// The user's name.
    case name
    /// The user's ID.
    case id
    /// No owner; the label `owner_id` is omitted, too.
    case none
}
