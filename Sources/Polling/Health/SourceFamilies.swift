// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition
public import Fabric
internal import Listings
import Synchronization

/// Is the data good? What concerns a source as a whole.
public enum SourceFamilies {
    static let throttled = MetricFamily(
        .gauge, "dataarts_fabric_source_throttled", labels: ["source"],
        help: "1 while the source pauses because the service throttles it.")
    static let lockedOut = MetricFamily(
        .gauge, "dataarts_fabric_source_locked_out", labels: ["source"],
        help: "1 while the source sends nothing because its credential was refused.")
    static let nextProbe = MetricFamily(
        .gauge, "dataarts_fabric_source_next_probe_timestamp_seconds", labels: ["source"],
        help: "When a refused credential is tested again, in Unix seconds; only while the source is locked out.")
    static let credentialExpiry = MetricFamily(
        .gauge, "dataarts_fabric_credential_expiry_timestamp_seconds", labels: ["source"],
        help: "When the credential in use ends, in Unix seconds; only where that is known.")
    static let credentialRefreshes = MetricFamily(
        .counter, "dataarts_fabric_credential_refreshes_total", labels: ["source"],
        help: "Credentials obtained: tokens, temporary keys and ids of projects.")
    static let credentialFailures = MetricFamily(
        .counter, "dataarts_fabric_credential_refresh_failures_total", labels: ["source"],
        help: "Attempts to obtain a credential that gave none.")
    static let requests = MetricFamily(
        .counter, "dataarts_fabric_api_requests_total", labels: ["source", "operation", "code"],
        help: "HTTP exchanges with the API, by status code; none where no response came.")
    static let duration = MetricFamily(
        .histogram, "dataarts_fabric_api_request_duration_seconds", labels: ["operation"],
        help: "How long HTTP exchanges with the API took, over all sources.")
    static let retries = MetricFamily(
        .counter, "dataarts_fabric_api_retries_total", labels: ["source", "operation"],
        help: "Further tries of exchanges that failed.")
    static let receivedBytes = MetricFamily(
        .counter, "dataarts_fabric_api_received_bytes_total", labels: ["source"],
        help: "Bytes received from the API, as they came over the wire.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Is the data good? Sources and the API",
        [
            throttled, lockedOut, nextProbe, credentialExpiry, credentialRefreshes, credentialFailures, requests,
            duration, retries, receivedBytes,
        ])

    /// Operations that list what is exposed; the others obtain credentials.
    private static let lists = ListingRegistry.all.map { $0.operation } + [.listWorkspaces]

    /// What the samples of a source are made from.
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
            for operation in lists {
                writer.sample(.unsigned(counters.retries[operation] ?? 0), ["operation": operation.name])
            }
        }
        builder.add(receivedBytes, .unsigned(counters.receivedBytes))
        return builder.build()
    }

    fileprivate static func durations(of readings: [Reading]) -> Fragment {
        var durations: [APIOperation: APICounters.Durations] = [:]
        for reading in readings {
            for (operation, observed) in reading.counters.durations {
                durations[operation, default: .init()].add(observed)
            }
        }
        var builder = FragmentBuilder()
        builder.add(duration) { writer in
            for operation in lists + APIOperation.credentialOperations {
                // What a source's kind of credential never asks for stays away.
                guard let observed = durations[operation] ?? (lists.contains(operation) ? .init() : nil) else {
                    continue
                }
                writer.histogram(
                    ["operation": operation.name], bounds: APICounters.Durations.bounds,
                    counts: observed.counts, sum: observed.sum)
            }
        }
        return builder.build()
    }
}

/// The samples of the sources, rendered anew only where something has happened since the last scrape.
public final class SourceFragments: Sendable {
    private struct Last {
        var names: [String] = []
        var readings: [SourceFamilies.Reading] = []
        var fragments: [Fragment] = []
    }

    private let clock: any ExporterClock
    private let last = Mutex(Last())

    /// Nothing rendered yet.
    public init(clock: any ExporterClock) { self.clock = clock }

    /// The samples as they are now: one fragment for each source, ordered by name, and one for them all.
    public func fragments(of sources: [(name: String, client: SourceClient)]) -> [Fragment] {
        let sources = sources.sorted { $0.name < $1.name }
        let names = sources.map(\.name)
        let readings = sources.map { SourceFamilies.Reading($0.client) }
        // A time of the wall is computed from the monotonic clock at each scrape, as the wall may have been set.
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
