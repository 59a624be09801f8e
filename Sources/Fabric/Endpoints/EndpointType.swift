// SPDX-License-Identifier: Apache-2.0

/// The types of endpoints.
public enum EndpointType {
    /// The documented types, as the API writes them. The service may send others.
    public static let documented = [
        "service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook",
    ]

    /// The documented types of ``APIVersion/v2``, which are those of engines.
    public static let documentedInV2 = [
        "AuraJob", "AuraJobV2", "SparkSql", "SparkJob", "FlinkJob", "RayCluster", "RayJob", "RayService",
    ]

    /// Returns whether a version of the API documents the type.
    public static func isDocumented(_ type: String) -> Bool {
        APIVersion.allCases.contains { documented(in: $0).contains(type) }
    }

    /// Returns the documented types of a version of the API.
    public static func documented(in version: APIVersion) -> [String] {
        switch version {
        case .v1: documented
        case .v2: documentedInV2
        }
    }
}
