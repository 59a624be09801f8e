// SPDX-License-Identifier: Apache-2.0

/// Checks that an event happens regularly for each workspace.
struct Liveness {
    /// The name of the event, such as "polling".
    let what: String
    /// The maximum time without the event, in microseconds.
    let limit: Int64
    /// Excused workspaces, with the end of that time.
    private var excused: [String: Int64] = [:]
    private var since: [String: Int64] = [:]
    private var complained: Set<String> = []

    init(_ what: String, limit: Int64) {
        self.what = what
        self.limit = limit
    }

    /// Ignores `id` until `end`.
    mutating func excuse(_ id: String, until end: Int64) { excused[id] = end }

    /// Checks the last event of all workspaces that exist at `now`.
    /// - Parameter last: the time of the last event; nil if there was none yet.
    /// - Returns: a line for each workspace whose events have stopped since the last check.
    mutating func problems(_ last: [String: Int64?], at now: Int64) -> [String] {
        var problems: [String] = []
        for (id, time) in last.sorted(by: { $0.key < $1.key }) {
            if let end = excused[id] {
                if now < end {
                    since[id] = now
                    continue
                }
                excused[id] = nil
            }
            // The time of a new workspace starts now.
            let moment = max(time ?? .min, since[id] ?? now)
            since[id] = moment
            if now - moment <= limit {
                complained.remove(id)
            } else if complained.insert(id).inserted {
                problems.append("\(what) of \(id) has stopped \((now - moment) / 1_000_000) s ago")
            }
        }
        since = since.filter { last.keys.contains($0.key) }
        complained = complained.filter { last.keys.contains($0) }
        return problems
    }
}
