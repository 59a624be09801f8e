// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Endpoints, counted.
public enum EndpointFamilies {
    /// Labels of every count of endpoints.
    static let labels = WorkspaceLabels.names + ["endpoint_type", "status", "visibility"]

    static let endpoints = MetricFamily(
        .gauge, "dataarts_fabric_endpoints", labels: labels,
        help: "Endpoints in the last complete listing, by type, status and visibility.")
    static let withError = MetricFamily(
        .gauge, "dataarts_fabric_endpoints_with_error", labels: labels + ["error_code"],
        help: "Endpoints whose error_code is present and not empty.")
    static let oldestTransition = MetricFamily(
        .gauge, "dataarts_fabric_endpoint_oldest_transition_timestamp_seconds", labels: labels,
        help: "When the endpoint that has been CREATING, UPDATING or DELETING for longest entered that status, in Unix "
            + "seconds.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Endpoints, counted", [endpoints, withError, oldestTransition])
}
