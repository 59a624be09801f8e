// SPDX-License-Identifier: Apache-2.0
public import Clocks
public import Exposition
public import FabricAPI
internal import FabricAuth

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

    /// The families' samples as they are now: one fragment for each source, ordered by name, and one for them all.
    public static func fragments(
        of sources: [(name: String, client: SourceClient)], clock: any ExporterClock
    )
        -> [Fragment]
    {
        var durations: [APIOperation: APICounters.Durations] = [:]
        var fragments: [Fragment] = []
        for (name, client) in sources.sorted(by: { $0.name < $1.name }) {
            let counters = client.counters
            for (operation, observed) in counters.durations {
                durations[operation, default: .init()].add(observed)
            }
            fragments.append(fragment(name: name, client: client, counters: counters, clock: clock))
        }
        var shared = FragmentBuilder()
        shared.add(duration) { writer in
            for operation in APIOperation.allCases {
                // What a source's kind of credential never asks for stays away.
                guard let observed = durations[operation] ?? (operation.isList ? .init() : nil) else { continue }
                writer.histogram(
                    ["operation": operation.rawValue], bounds: APICounters.Durations.bounds,
                    counts: observed.counts, sum: observed.sum)
            }
        }
        return fragments + [shared.build()]
    }

    private static func fragment(
        name: String, client: SourceClient, counters: APICounters, clock: any ExporterClock
    ) -> Fragment {
        var builder = FragmentBuilder(labels: [Label("source", name)])
        builder.add(throttled, .flag(client.isThrottled))
        let probe = client.nextProbe
        builder.add(lockedOut, .flag(probe != nil))
        if let probe {
            let wait = SampleValue.duration(probe - clock.now)
            if case .microseconds(let ahead) = wait {
                builder.add(nextProbe, .microseconds(clock.wallMicroseconds + ahead))
            }
        }
        let credential = client.credentialStatus
        if let expiry = credential.expiryMicroseconds { builder.add(credentialExpiry, .microseconds(expiry)) }
        builder.add(credentialRefreshes, .unsigned(credential.refreshes))
        builder.add(credentialFailures, .unsigned(credential.failures))
        builder.add(requests) { writer in
            let sorted = counters.requests.map {
                (key: $0.key, code: $0.key.status.map(String.init) ?? "none", $0.value)
            }
            .sorted { ($0.key.operation.rawValue, $0.code) < ($1.key.operation.rawValue, $1.code) }
            for (key, code, count) in sorted {
                writer.sample(.unsigned(count), ["operation": key.operation.rawValue, "code": code])
            }
        }
        builder.add(retries) { writer in
            for operation in APIOperation.allCases where operation.isList {
                writer.sample(.unsigned(counters.retries[operation] ?? 0), ["operation": operation.rawValue])
            }
        }
        builder.add(receivedBytes, .unsigned(counters.receivedBytes))
        return builder.build()
    }
}
