// SPDX-License-Identifier: Apache-2.0

/// The version of the API that a source's workspaces and endpoints are read from.
public enum APIVersion: String, Sendable, CaseIterable {
    /// DataArts Fabric.
    case v1
    /// AI DataLake.
    case v2
}
