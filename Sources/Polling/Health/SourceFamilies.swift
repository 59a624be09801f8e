// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition
public import Fabric
internal import Listings
import Synchronization

/// Metric families of sources and of the API.
public enum SourceFamilies {
    static let throttled = MetricFamily(
        .gauge, "dataarts_fabric_source_throttled", labels: ["source"],
        help: "1 while the source is paused because the API throttles it.")
    static let lockedOut = MetricFamily(
        .gauge, "dataarts_fabric_source_locked_out", labels: ["source"],
        help: "1 while the source is paused because its credential was rejected.")
    static let nextProbe = MetricFamily(
        .gauge, "dataarts_fabric_source_next_probe_timestamp_seconds", labels: ["source"],
        help: "Unix time of the next probe of the rejected credential; only while the source is locked out.")
    static let credentialExpiry = MetricFamily(
        .gauge, "dataarts_fabric_credential_expiry_timestamp_seconds", labels: ["source"],
        help: "Unix time at which the current credential expires; absent if unknown.")
    static let credentialRefreshes = MetricFamily(
        .counter, "dataarts_fabric_credential_refreshes_total", labels: ["source"],
        help: "Obtained credentials: tokens, temporary keys and project ids.")
    static let credentialFailures = MetricFamily(
        .counter, "dataarts_fabric_credential_refresh_failures_total", labels: ["source"],
        help: "Failed credential refreshes.")
    static let requests = MetricFamily(
        .counter, "dataarts_fabric_api_requests_total", labels: ["source", "operation", "code"],
        help: "HTTP requests to the API by status code (none without a response).")
    static let duration = MetricFamily(
        .histogram, "dataarts_fabric_api_request_duration_seconds", labels: ["operation"],
        help: "Duration of HTTP requests to the API, over all sources.")
    static let retries = MetricFamily(
        .counter, "dataarts_fabric_api_retries_total", labels: ["source", "operation"],
        help: "Retried API requests.")
    static let receivedBytes = MetricFamily(
        .counter, "dataarts_fabric_api_received_bytes_total", labels: ["source"],
        help: "Bytes received from the API, before decompression.")
    static let poolQueryFailures = MetricFamily(
        .counter, "dataarts_fabric_pool_query_failures_total", labels: ["source", "query", "reason"],
        help: "Failed queries of single compute pools, by query (allocatable or utilization) and reason.")

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Data quality: sources and the API",
        [
            throttled, lockedOut, nextProbe, credentialExpiry, credentialRefreshes, credentialFailures, requests,
            duration, retries, receivedBytes, poolQueryFailures,
        ])

    /// The operations that list what is always exported.
    private static let listOperations =
        ListingRegistry.all.filter { !$0.isOptional }.map { $0.operation } + [.listWorkspaces]
    /// The operations of optional listings, of pools' queries and of quotas, which only have series once they were sent.
    private static let optionalOperations =
        ListingRegistry.all.filter { $0.isOptional }.map { $0.operation } + PoolQuery.allCases.map(\.operation)
        + [.listQuotas]

    /// The values that the samples of a source are rendered from.
    fileprivate struct Reading: Equatable {
        var counters: APICounters
        var isThrottled: Bool
        var nextProbe: ContinuousClock.Instant?
        var credential: CredentialStatus

        init(_ client: SourceClient) {
            counters = client.counters
            isThrottled = client.isThrottled
            nextProbe = client.nextProbe
            credential = client.credentialStatus
        }
    }

    fileprivate static func fragment(of reading: Reading, name: String, clock: any ExporterClock) -> Fragment {
        var builder = FragmentBuilder(labels: [Label("source", name)])
        builder.add(throttled, .flag(reading.isThrottled))
        let probe = reading.nextProbe
        builder.add(lockedOut, .flag(probe != nil))
        if let probe {
            let wait = SampleValue.duration(probe - clock.now)
            if case .microseconds(let ahead) = wait {
                builder.add(nextProbe, .microseconds(clock.wallMicroseconds + ahead))
            }
        }
        let (counters, credential) = (reading.counters, reading.credential)
        if let expiry = credential.expiryMicroseconds { builder.add(credentialExpiry, .microseconds(expiry)) }
        builder.add(credentialRefreshes, .unsigned(credential.refreshes))
        builder.add(credentialFailures, .unsigned(credential.failures))
        builder.add(requests) { writer in
            let sorted = counters.requests.map {
                (key: $0.key, code: $0.key.status.map(String.init) ?? "none", $0.value)
            }
            .sorted { ($0.key.operation.name, $0.code) < ($1.key.operation.name, $1.code) }
            for (key, code, count) in sorted {
                writer.sample(.unsigned(count), ["operation": key.operation.name, "code": code])
            }
        }
        builder.add(retries) { writer in
            let sent = Set(counters.requests.keys.map(\.operation))
            for operation in listOperations + optionalOperations.filter(sent.contains) {
                writer.sample(.unsigned(counters.retries[operation] ?? 0), ["operation": operation.name])
            }
        }
        builder.add(receivedBytes, .unsigned(counters.receivedBytes))
        if counters.requests.keys.contains(where: { $0.operation == PoolListing.operation }) {
            builder.add(poolQueryFailures) { write(counters.failedQueries, to: &$0) }
        }
        return builder.build()
    }

    private static func write(_ failures: [APICounters.FailedQueryKey: UInt64], to writer: inout SampleWriter) {
        for query in PoolQuery.allCases {
            for reason in FailureReason.allCases.sorted() {
                writer.sample(
                    .unsigned(failures[.init(query: query, reason: reason)] ?? 0),
                    ["query": query.rawValue, "reason": reason.rawValue])
            }
        }
    }

    fileprivate static func durations(of readings: [Reading]) -> Fragment {
        let empty = Histogram(bounds: APICounters.durationBounds)
        var durations: [APIOperation: Histogram] = [:]
        for reading in readings {
            for (operation, observed) in reading.counters.durations {
                durations[operation, default: empty].add(observed)
            }
        }
        var builder = FragmentBuilder()
        builder.add(duration) { writer in
            for operation in listOperations + optionalOperations + APIOperation.credentialOperations {
                // Omit operations that no source's listings or kind of credential uses.
                guard let observed = durations[operation] ?? (listOperations.contains(operation) ? empty : nil) else {
                    continue
                }
                writer.histogram(["operation": operation.name], observed)
            }
        }
        return builder.build()
    }
}

/// The rendered samples of the sources; rendered again only if a value has changed since the last scrape.
public final class SourceFragments: Sendable {
    private struct Last {
        var names: [String] = []
        var readings: [SourceFamilies.Reading] = []
        var fragments: [Fragment] = []
    }

    private let clock: any ExporterClock
    private let last = Mutex(Last())

    /// Creates an empty cache.
    public init(clock: any ExporterClock) { self.clock = clock }

    /// Returns the current samples: one fragment per source, ordered by name, and one for all sources.
    public func fragments(of sources: [(name: String, client: SourceClient)]) -> [Fragment] {
        let sources = sources.sorted { $0.name < $1.name }
        let names = sources.map(\.name)
        let readings = sources.map { SourceFamilies.Reading($0.client) }
        // The probe's wall clock time is computed at each scrape, because the wall clock may have been set.
        let isSteady = readings.allSatisfy { $0.nextProbe == nil }
        return last.withLock { last in
            if isSteady, names == last.names, readings == last.readings { return last.fragments }
            last.names = names
            last.readings = readings
            last.fragments =
                zip(names, readings).map { SourceFamilies.fragment(of: $1, name: $0, clock: clock) }
                + [SourceFamilies.durations(of: readings)]
            return last.fragments
        }
    }
}
