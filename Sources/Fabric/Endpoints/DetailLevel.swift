// SPDX-License-Identifier: Apache-2.0

/// Which endpoints get series of their own.
public enum DetailLevel: String, Sendable, CaseIterable {
    /// Those in transition, failed, abnormal, suspended, or with an error code.
    case problems
    /// Every endpoint.
    case all
    /// No endpoint.
    case none
}
