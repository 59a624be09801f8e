// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// The metric families of the web server.
public enum ServerFamilies {
    static let requests = MetricFamily(
        .counter, "dataarts_fabric_exporter_http_requests_total", labels: ["path", "code"],
        help: "HTTP requests, by path (other for unknown paths) and status code.")
    static let inFlight = MetricFamily(
        .gauge, "dataarts_fabric_exporter_http_requests_in_flight", labels: [],
        help: "HTTP requests in flight, including the scrape itself.")

    /// All families, in the order of exposition.
    public static let families = [requests, inFlight]
}
