// SPDX-License-Identifier: Apache-2.0

/// The health families of one listing of a workspace.
struct Health {
    private static let prefix = "dataarts_fabric_workspace_"
    private static let families: Set<String> = Set(
        [
            "up", "info", "last_poll_timestamp_seconds", "last_success_timestamp_seconds",
            "failing_since_timestamp_seconds", "last_poll_duration_seconds", "polls_total", "poll_failures_total",
            "polls_skipped_total", "relists_total",
        ].map { prefix + $0 })
    private static let reasons: Set = [
        "unauthenticated", "forbidden", "not_found", "bad_request", "throttled", "timeout", "server", "network", "tls",
        "response", "inconsistent", "credentials",
    ]
    static let ownLabels: Set = ["source", "workspace_id", "workspace"]

    private var values: [String: String] = [:]
    /// The failed polls by reason.
    private(set) var failures: [String: Int] = [:]

    /// Whether a sample belongs to the health families.
    static func contains(_ sample: PageSample) -> Bool { families.contains(sample.name) }

    /// Whether the info series of the workspace belongs to it.
    private let hasInfo: Bool

    /// Returns the health of all subjects on a page.
    static func bySubject(_ samples: [PageSample]) -> [String: Health] {
        var all: [String: Health] = [:]
        for sample in samples where contains(sample) {
            guard let subject = Subject.of(sample) else { continue }
            all[subject, default: Health(hasInfo: subject == sample.label("workspace_id"))].add(sample)
        }
        return all
    }

    /// - Parameter hasInfo: whether the info series of the workspace belongs to it.
    init(hasInfo: Bool = true) { self.hasInfo = hasInfo }

    mutating func add(_ sample: PageSample) {
        values[sample.key(without: Self.ownLabels.union(["listing"]))] = sample.value
        if let reason = sample.label("reason") { failures[reason] = Int(sample.value) }
    }

    private func text(_ name: String) -> String? { values[SeriesKey.text(Self.prefix + name, [])] }
    private func time(_ name: String) -> Int64? { text(name).flatMap(WallTime.microseconds(ofSample:)) }

    var polls: Int? { text("polls_total").flatMap { Int($0) } }
    var lastSuccess: Int64? { time("last_success_timestamp_seconds") }
    var lastPoll: Int64? { time("last_poll_timestamp_seconds") }
    var lastPollDuration: Int64? { time("last_poll_duration_seconds") }
    var failingSince: Int64? { time("failing_since_timestamp_seconds") }
    var isUp: Bool { text("up") == "1" }
    /// The number of stalls; nil if the program has no watchdog.
    var stalls: Int? { failures["stalled"] }

    /// A contradiction between the values, or nil.
    func problem(before now: Int64) -> String? {
        guard let polls, Set(failures.keys).subtracting(["stalled"]) == Self.reasons,
            text("polls_skipped_total") != nil, text("relists_total") != nil,
            values.keys.contains(where: { $0.hasPrefix(Self.prefix + "info{") }) == hasInfo
        else { return "a health family is missing" }
        // A stall does not count as a completed poll.
        let failed = failures.reduce(0) { $1.key == "stalled" ? $0 : $0 + $1.value }
        let stalls = stalls ?? 0
        guard polls > 0 || stalls > 0 else {
            return lastPoll == nil && text("up") == nil && failingSince == nil
                ? nil : "health values before the first poll"
        }
        guard failed <= polls else { return "more failures than polls" }
        guard ["0", "1"].contains(text("up") ?? "") else { return "no up after \(polls) polls" }
        if let problem = failingProblem { return problem }
        guard polls > 0 else { return nil }
        guard let lastPoll, lastPollDuration != nil else { return "no last poll after \(polls) of them" }
        guard lastPoll <= now else { return "a last poll in the future" }
        guard (lastSuccess != nil) == (failed < polls) else { return "a last success that contradicts the counts" }
        guard let lastSuccess else { return isUp ? "up without a success" : nil }
        if isUp != (lastSuccess == lastPoll), stalls == 0 { return "up contradicts the times of the last poll" }
        return lastSuccess <= lastPoll ? nil : "a success after the last poll"
    }

    /// The problem of `failing_since`, or nil. A program without a watchdog does not have it.
    private var failingProblem: String? {
        guard stalls != nil else { return failingSince == nil ? nil : "failing_since without the reason stalled" }
        guard let failingSince else { return isUp ? nil : "down without failing_since" }
        if isUp { return "up with failing_since" }
        if let lastSuccess, failingSince <= lastSuccess { return "failing_since before the last success" }
        if let lastPoll, failingSince > lastPoll, stalls == 0 { return "failing_since after the last poll" }
        return nil
    }

    /// A contradiction to the values of an earlier page, or nil.
    func problem(after earlier: Health) -> String? {
        guard let failingSince, let before = earlier.failingSince, lastSuccess == earlier.lastSuccess else {
            return nil
        }
        return failingSince == before ? nil : "failing_since changed without a success"
    }
}
