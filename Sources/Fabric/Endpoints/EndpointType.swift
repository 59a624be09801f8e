// SPDX-License-Identifier: Apache-2.0

/// The types of endpoints.
public enum EndpointType {
    /// The documented types, as the API writes them. The service may send others.
    public static let documented = [
        "service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook",
    ]
}
