// SPDX-License-Identifier: Apache-2.0

/// A page as it was had.
struct Scrape {
    var samples: [PageSample]
    /// When the request was sent and when the answer was there, in wall time.
    var sent: Int64
    var received: Int64
}

/// Holds every number of every page against the truth.
final class Checker {
    /// What is known of a workspace from the pages before.
    private struct Known {
        /// Series that have been seen and must stay.
        var kept: Set<String> = []
        /// The numbers of the last listing, once they were found true.
        var proven: (lastSuccess: Int64, domain: [String: String])?
        /// How long the poll took that ended at that time.
        var durations: [Int64: Int64] = [:]
    }

    private let history: History
    private let configured: Set<String>
    private let timing: SoakTiming
    private var known: [String: Known] = [:]
    private var counters: [String: Double] = [:]

    private(set) var numbers = 0
    private(set) var scrapes = 0
    private(set) var wrong: [String] = []
    private(set) var failures: [String: Int] = [:]
    private(set) var polls = 0
    /// Workspaces whose last poll succeeded, with the end of it, as of the last page.
    private(set) var up: [String: Int64] = [:]
    private(set) var withdrawals = 0
    private var withdrawn: Set<String> = []

    init(history: History, configured: [String], timing: SoakTiming) {
        self.history = history
        self.configured = Set(configured)
        self.timing = timing
    }

    private static let healthFamilies: Set<String> = Set(
        [
            "up", "info", "last_poll_timestamp_seconds", "last_success_timestamp_seconds",
            "last_poll_duration_seconds", "polls_total", "poll_failures_total", "polls_skipped_total", "relists_total",
        ].map { "dataarts_fabric_workspace_" + $0 })
    private static let ownLabels: Set = ["source", "workspace_id", "workspace"]

    func complain(_ what: String) {
        wrong.append(what)
        // Said at once, and not for ever: a broken exporter is wrong in every number.
        if wrong.count <= 20 { say("WRONG: \(what)") }
    }

    func check(_ scrape: Scrape) {
        scrapes += 1
        numbers += scrape.samples.count
        var health: [String: [String: String]] = [:]
        var domain: [String: [String: String]] = [:]
        var counted: [String: Double] = [:]
        polls = 0
        failures = [:]
        up = [:]
        for sample in scrape.samples {
            if sample.type == "counter" || sample.type == "histogram" {
                counted[sample.key()] = Double(sample.value)
            }
            guard let id = sample.label("workspace_id") else { continue }
            let key = sample.key(without: Self.ownLabels)
            if Self.healthFamilies.contains(sample.name) {
                health[id, default: [:]][key] = sample.value
                if sample.name.hasSuffix("_polls_total") { polls += Int(sample.value) ?? 0 }
                if let reason = sample.label("reason") { failures[reason, default: 0] += Int(sample.value) ?? 0 }
            } else {
                domain[id, default: [:]][key] = sample.value
            }
        }
        for (key, value) in counted {
            if let before = counters[key], value < before {
                complain("the counter \(key) went from \(before) to \(value)")
            }
        }
        counters = counted
        for id in configured where health[id] == nil { complain("\(id) has lost its health families") }
        for id in domain.keys where health[id] == nil { complain("\(id) has numbers but no health") }
        for (id, health) in health { check(id, Health(health), domain[id], scrape) }
        // What a source no longer has may come back anew.
        for id in known.keys where health[id] == nil { known[id] = nil }
    }

    private func check(_ id: String, _ health: Health, _ domain: [String: String]?, _ scrape: Scrape) {
        var known = self.known[id] ?? Known()
        defer { self.known[id] = known }
        if let problem = health.problem(before: scrape.received) { complain("\(id): \(problem)") }
        guard let lastSuccess = health.lastSuccess else {
            if domain != nil { complain("\(id) has numbers without ever having been listed") }
            return
        }
        if health.isUp { up[id] = lastSuccess }
        if let duration = health.lastPollDuration, health.lastPoll == lastSuccess {
            known.durations = [lastSuccess: duration]
        }
        guard let domain else {
            if withdrawn.insert(id).inserted { withdrawals += 1 }
            if scrape.received - lastSuccess < timing.staleAfter - timing.ageSlack {
                complain("\(id) was withdrawn \(scrape.received - lastSuccess) µs after its last success")
            }
            return
        }
        withdrawn.remove(id)
        if scrape.sent - lastSuccess > timing.staleAfter + timing.ageSlack {
            complain("\(id) is still there \(scrape.sent - lastSuccess) µs after its last success")
        }
        if let proven = known.proven, proven.lastSuccess == lastSuccess {
            if proven.domain != domain { complain("\(id) has other numbers without another listing") }
            return
        }
        let longest = known.durations[lastSuccess] ?? timing.longestPoll
        if let difference = history.difference(
            of: id, page: domain, start: lastSuccess - longest - timing.clockSlack,
            end: lastSuccess + timing.clockSlack)
        {
            complain("\(id) of \(lastSuccess): \(difference.prefix(4).joined(separator: "; "))")
        }
        for key in known.kept where domain[key] == nil { complain("\(id) has lost \(key)") }
        known.kept.formUnion(domain.keys.filter(Expectation.stays))
        known.proven = (lastSuccess, domain)
    }
}

/// The health families of one workspace.
private struct Health {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    private func text(_ name: String) -> String? { values[SeriesKey.text("dataarts_fabric_workspace_" + name, [])] }

    var lastSuccess: Int64? { text("last_success_timestamp_seconds").flatMap(WallTime.microseconds(ofSample:)) }
    var lastPoll: Int64? { text("last_poll_timestamp_seconds").flatMap(WallTime.microseconds(ofSample:)) }
    var lastPollDuration: Int64? { text("last_poll_duration_seconds").flatMap(WallTime.microseconds(ofSample:)) }
    var isUp: Bool { text("up") == "1" }

    /// What cannot be together; nil: all can.
    func problem(before now: Int64) -> String? {
        let failures = values.filter { $0.key.contains("poll_failures_total") }.compactMap { Int($0.value) }
        guard let polls = text("polls_total").flatMap({ Int($0) }), failures.count == 12,
            text("polls_skipped_total") != nil, text("relists_total") != nil,
            values.keys.contains(where: { $0.hasPrefix("dataarts_fabric_workspace_info{") })
        else { return "a health family is missing" }
        guard polls > 0 else { return lastPoll == nil && text("up") == nil ? nil : "health before the first poll" }
        let failed = failures.reduce(0, +)
        guard failed <= polls else { return "more failures than polls" }
        guard let lastPoll, lastPollDuration != nil, ["0", "1"].contains(text("up") ?? "") else {
            return "no last poll after \(polls) of them"
        }
        guard lastPoll <= now else { return "a last poll in the future" }
        guard (lastSuccess != nil) == (failed < polls) else { return "a last success that does not fit the counts" }
        guard let lastSuccess else { return isUp ? "up without a success" : nil }
        if isUp != (lastSuccess == lastPoll) { return "up does not fit the times of the last poll" }
        return lastSuccess <= lastPoll ? nil : "a success after the last poll"
    }
}
