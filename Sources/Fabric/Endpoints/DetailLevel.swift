// SPDX-License-Identifier: Apache-2.0

/// Which endpoints have their own series (endpoint details).
public enum DetailLevel: String, Sendable, CaseIterable {
    /// Endpoints that are in transition, failed, abnormal, suspended, or have an error code.
    case problems
    /// Every endpoint.
    case all
    /// No endpoint.
    case none
}
