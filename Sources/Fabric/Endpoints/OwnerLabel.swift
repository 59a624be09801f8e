// SPDX-License-Identifier: Apache-2.0

/// What the label `owner` of an endpoint carries.
public enum OwnerLabel: String, Sendable, CaseIterable {
    /// The user's name.
    case name
    /// The user's id.
    case id
    /// Nothing; there is no `owner_id` either.
    case none
}
