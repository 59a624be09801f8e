// SPDX-License-Identifier: Apache-2.0

/// A page with the times of its request.
struct Scrape {
    var samples: [PageSample]
    /// The uncompressed length of the page, in bytes.
    var bytes = 0
    /// The wall times at which the request was sent and the response received, in microseconds.
    var sent: Int64
    var received: Int64
    /// The response header of the web configuration file.
    var transportSecurity: String?
}

/// Compares all numbers of all pages with the expected values.
final class Checker {
    /// The state of a subject from previous pages.
    private struct Known {
        /// Series that must stay once they were seen.
        var kept: Set<String> = []
        /// The numbers of the last listing that was verified.
        var proven: (lastSuccess: Int64, domain: [String: String])?
        /// The duration of the poll that completed at that time.
        var durations: [Int64: Int64] = [:]
        var health: Health?
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
    /// Subjects whose last poll succeeded, with its time, by the last page.
    private(set) var up: [String: Int64] = [:]
    private(set) var staleTransitions = 0
    private var staleIDs: Set<String> = []
    private var stalled: Set<String> = []
    /// The number of dropped log lines; nil if the program does not count them.
    private(set) var droppedLines: Int?
    /// Whether the last reload succeeded.
    private(set) var lastReloadSuccessful = false

    /// Checks that all subjects are polled.
    private var polling: Liveness
    /// Checks that polls of workspaces without faults succeed.
    var steady: Liveness
    /// The header that all pages must have from a time on; nil: any or none.
    private var expectedHeader: (text: String, from: Int64)?
    private let steadyIDs: Set<String>
    /// A workspace whose polls after the first are ignored, to prove that a stop of polling is detected; nil: none.
    private let heldBack: String?
    private var heldBackPoll: Int64?

    /// - Parameters:
    ///   - configured: workspaces that always exist.
    ///   - steady: those that must stay up.
    ///   - heldBack: a workspace whose polls after the first are ignored; nil: none.
    init(
        history: History, configured: [String], steady: [String] = [], holdingBack heldBack: String? = nil,
        timing: SoakTiming
    ) {
        self.history = history
        self.configured = Set(configured)
        self.timing = timing
        self.heldBack = heldBack
        steadyIDs = Set(steady)
        polling = Liveness("polling", limit: timing.longestSilence)
        self.steady = Liveness("success", limit: timing.maximumRecovery)
    }

    func complain(_ what: String) {
        wrong.append(what)
        // Printed at once, with a maximum number, because a broken exporter is wrong in every number.
        if wrong.count <= 20 { say("WRONG: \(what)") }
    }

    /// Expects the header `text` in all pages from `from` on; nil: any header or none.
    func expectHeader(_ text: String?, from: Int64) { expectedHeader = text.map { ($0, from) } }

    func check(_ scrape: Scrape) {
        scrapes += 1
        numbers += scrape.samples.count
        let health = Health.bySubject(scrape.samples)
        var domain: [String: [String: String]] = [:]
        var counted: [String: Double] = [:]
        polls = 0
        failures = [:]
        up = [:]
        for sample in scrape.samples {
            if sample.type == "counter" || sample.type == "histogram" {
                counted[sample.key()] = Double(sample.value)
            }
            switch sample.name {
            case "dataarts_fabric_exporter_log_lines_dropped_total": droppedLines = Int(sample.value)
            case "dataarts_fabric_exporter_config_last_reload_successful": lastReloadSuccessful = sample.value == "1"
            default: break
            }
            // Counters depend on several listings; that none falls is checked below.
            guard let subject = Subject.of(sample), !Health.contains(sample), sample.type != "counter" else {
                continue
            }
            domain[subject, default: [:]][sample.key(without: Health.ownLabels)] = sample.value
        }
        for health in health.values {
            polls += health.polls ?? 0
            failures.merge(health.failures) { $0 + $1 }
        }
        for (key, value) in counted {
            if let before = counters[key], value < before {
                complain("the counter \(key) went from \(before) to \(value)")
            }
        }
        counters = counted
        for id in configured where health[id] == nil { complain("\(id): health families are missing") }
        for id in domain.keys where health[id] == nil { complain("\(id): has series but no health families") }
        for (id, health) in health { check(id, health, domain[id], scrape) }
        checkLiveness(health, scrape)
        if let (text, from) = expectedHeader, scrape.sent >= from, scrape.transportSecurity != text {
            complain("the page has \(scrape.transportSecurity ?? "no header"), not \(text)")
            expectedHeader = nil
        }
        // A removed workspace may return.
        for id in known.keys where health[id] == nil { known[id] = nil }
    }

    private func checkLiveness(_ health: [String: Health], _ scrape: Scrape) {
        var ends = health.mapValues(\.lastPoll)
        if let heldBack, let end = ends[heldBack] {
            heldBackPoll = heldBackPoll ?? end
            ends[heldBack] = heldBackPoll
        }
        let successes = health.filter { steadyIDs.contains($0.key) }.mapValues(\.lastSuccess)
        let problems = polling.problems(ends, at: scrape.sent) + steady.problems(successes, at: scrape.sent)
        for problem in problems { complain(problem) }
        for (id, health) in health.sorted(by: { $0.key < $1.key }) where health.stalls ?? 0 > 0 {
            if stalled.insert(id).inserted { complain("the watchdog canceled a poll of \(id)") }
        }
    }

    private func check(_ id: String, _ health: Health, _ domain: [String: String]?, _ scrape: Scrape) {
        var known = self.known[id] ?? Known()
        defer { self.known[id] = known }
        let problem = health.problem(before: scrape.received) ?? known.health.flatMap(health.problem(after:))
        if let problem { complain("\(id): \(problem)") }
        known.health = health
        guard let lastSuccess = health.lastSuccess else {
            if domain != nil { complain("\(id): has series but was never listed") }
            return
        }
        if health.isUp { up[id] = lastSuccess }
        if let duration = health.lastPollDuration, health.lastPoll == lastSuccess {
            known.durations = [lastSuccess: duration]
        }
        guard let domain else {
            if staleIDs.insert(id).inserted { staleTransitions += 1 }
            if scrape.received - lastSuccess < timing.staleAfter - timing.ageSlack {
                complain("\(id): series ended \(scrape.received - lastSuccess) µs after its last success")
            }
            return
        }
        staleIDs.remove(id)
        if scrape.sent - lastSuccess > timing.staleAfter + timing.ageSlack {
            complain("\(id): series still exist \(scrape.sent - lastSuccess) µs after its last success")
        }
        if let proven = known.proven, proven.lastSuccess == lastSuccess {
            if proven.domain != domain { complain("\(id): numbers changed without a new listing") }
            return
        }
        let longest = known.durations[lastSuccess] ?? timing.maximumPollDuration
        if let difference = history.difference(
            of: id, page: domain, start: lastSuccess - longest - timing.clockSlack,
            end: lastSuccess + timing.clockSlack)
        {
            complain("\(id) of \(lastSuccess): \(difference.prefix(4).joined(separator: "; "))")
        }
        for key in known.kept where domain[key] == nil { complain("\(id): \(key) is missing") }
        known.kept.formUnion(domain.keys.filter(Expectation.stays))
        known.proven = (lastSuccess, domain)
    }
}
