// SPDX-License-Identifier: Apache-2.0

/// Judges whether something that must happen to every workspace again and again still happens.
struct Liveness {
    /// What must happen, as in "polling".
    let what: String
    /// The longest time without it, in microseconds.
    let limit: Int64
    /// Workspaces that nothing is expected of, with the end of that time.
    private var excused: [String: Int64] = [:]
    private var since: [String: Int64] = [:]
    private var complained: Set<String> = []

    init(_ what: String, limit: Int64) {
        self.what = what
        self.limit = limit
    }

    /// Expects nothing of `id` until `end`.
    mutating func excuse(_ id: String, until end: Int64) { excused[id] = end }

    /// Looks at when it last happened to each workspace that there is at `now`.
    /// - Parameter last: nil for a workspace that it has not happened to yet.
    /// - Returns: a line for each workspace that it has stopped for since the last look.
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
            // A workspace that is new has the whole time.
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
