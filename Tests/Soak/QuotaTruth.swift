// SPDX-License-Identifier: Apache-2.0
import Simulator

/// The recent quotas of the steady sources, computed from the simulator's rows by the metric contract, and the comparison
/// of pages with them.
final class QuotaTruth {
    /// The quotas of a source from a time on.
    private struct State {
        var from: Int64
        /// Values by family and resource.
        var values: [String: String] = [:]
    }

    static let project = "0605767ac280d5762f8cc01ab2b4ba1d"
    /// The configured interval between reads, in microseconds.
    static let interval: Int64 = 2_000_000
    private static let prefix = "dataarts_fabric_quota_"
    /// The time after which ended states are removed, in microseconds.
    private static let memory: Int64 = 60_000_000

    private let timing: SoakTiming
    private var states: [String: [State]] = [:]
    /// The last verified success of each source.
    private(set) var proven: [String: Int64] = [:]

    init(timing: SoakTiming) { self.timing = timing }

    /// The sources whose quotas are known.
    var sources: Set<String> { Set(states.keys) }

    /// Returns random rows, some without a number or with an invalid one.
    static func rows(_ random: inout SoakRandom) -> [SimulatedQuota] {
        ["compute", "endpoint", "odd \"name\" \\", "工作空间"].filter { _ in random.chance(90) }.map { name in
            let limit: JSONValue? = random.chance(10) ? "7" : random.chance(10) ? nil : .int(random.number(-2...200))
            let used: JSONValue? = random.chance(10) ? .null : .int(random.number(-1...200))
            return SimulatedQuota(type: .string(name), quota: limit, used: used)
        }
    }

    /// Records the rows of a source, before any request can see them.
    func note(_ rows: [SimulatedQuota], of source: String, at now: Int64 = WallTime.now) {
        var state = State(from: now)
        for row in rows {
            guard let resource = row.type?.string, !resource.isEmpty else { continue }
            for (family, number) in [("used", row.used?.number), ("limit", row.quota?.number)] {
                if let number, number >= 0 { state.values["\(family) \(resource)"] = String(number) }
            }
        }
        var known = states[source] ?? []
        while known.count > 1, known[1].from < now - Self.memory { known.removeFirst() }
        states[source] = known + [state]
    }

    /// Returns the differences of a page from the recorded quotas.
    func problems(_ scrape: Scrape) -> [String] {
        var values: [String: [String: String]] = [:]
        var successes: [String: Int64] = [:]
        for sample in scrape.samples where sample.name.hasPrefix(Self.prefix) {
            guard let source = sample.label("source") else { continue }
            if let resource = sample.label("resource") {
                let family = sample.name.dropFirst(Self.prefix.count)
                values[source, default: [:]]["\(family) \(resource)"] = sample.value
            } else if sample.name.hasSuffix("last_success_timestamp_seconds") {
                successes[source] = WallTime.microseconds(ofSample: sample.value)
            }
        }
        var problems = Set(values.keys).subtracting(successes.keys).map { "quotas of \($0) without a success" }
        for (source, success) in successes {
            let found = values[source] ?? [:]
            let isStale = scrape.sent - success > max(timing.staleAfter, 3 * Self.interval) + timing.ageSlack
            if isStale {
                if !found.isEmpty { problems.append("quotas of \(source) are stale, but exported") }
            } else if matches(found, source, success) {
                proven[source] = success
            } else if !found.isEmpty || scrape.received - success < timing.staleAfter - timing.ageSlack {
                problems.append("quotas of \(source) of \(success) are \(found.sorted { $0.key < $1.key })")
            }
        }
        return problems
    }

    /// Whether the source had these quotas during the read that ended at `success`.
    private func matches(_ found: [String: String], _ source: String, _ success: Int64) -> Bool {
        guard let states = states[source] else { return false }
        return states.indices.contains { index in
            let until = index + 1 < states.count ? states[index + 1].from : .max
            return states[index].from <= success + timing.clockSlack
                && until >= success - timing.maximumPollDuration - timing.clockSlack && states[index].values == found
        }
    }
}
