// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// What the web server counts of itself.
public enum ServerFamilies {
    static let requests = MetricFamily(
        .counter, "dataarts_fabric_exporter_http_requests_total", labels: ["path", "code"],
        help: "HTTP requests answered, by path (other for those that do not exist) and status code.")
    static let inFlight = MetricFamily(
        .gauge, "dataarts_fabric_exporter_http_requests_in_flight", labels: [],
        help: "HTTP requests being answered, the scrape that reads this included.")

    /// The families, for the chapter about the exporter itself.
    public static let families = [requests, inFlight]
}
