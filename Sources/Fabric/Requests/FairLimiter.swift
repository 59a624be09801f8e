// SPDX-License-Identifier: Apache-2.0

/// Which request goes next, under a limit of requests in flight over all sources and a rate limit of each source. A value
/// that is handed the time.
///
/// - Polls that have begun finish before others begin, the oldest first. So a poll that has begun never times out because
///   others wait, and at overload the allowed rate is used fully.
/// - Polls begin in the order of asking, so that workspaces take turns. Discovery goes before them, every second time.
/// - Every source leaves a slot for each of the others, and suspects (workspaces whose last poll timed out, which are
///   likely to keep their slots until the timeout) never hold more than half.
struct FairLimiter: Sendable {
    /// How far the poll is that a request belongs to.
    enum Stage: Sendable, Hashable {
        /// It has begun.
        case running
        /// It is a discovery that waits for its turn.
        case discovery
        /// It is a poll of a workspace that waits for its turn.
        case poll
    }

    /// Whose slots are counted together.
    struct Holder: Hashable, Sendable {
        var source: String
        var isSuspect: Bool
    }

    private struct Lane: Hashable, Sendable {
        var holder: Holder
        var stage: Stage
    }

    /// A request that waits. Those of a lane are ordered by the age of their poll, then by the order of asking.
    private struct Waiter: Comparable, Sendable {
        var order: UInt64
        var ticket: UInt64

        static func < (left: Waiter, right: Waiter) -> Bool {
            (left.order, left.ticket) < (right.order, right.ticket)
        }
    }

    private(set) var capacity: Int
    private var buckets: [String: TokenBucket] = [:]
    /// The number of clients of each source.
    private var registered: [String: Int] = [:]
    private var held: [Holder: Int] = [:]
    private var waiting: [Lane: [Waiter]] = [:]
    /// The sources of which a discovery was the last to begin.
    private var discoveredLast: Set<String> = []

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// The number of slots held.
    var total: Int { held.values.reduce(0, +) }

    mutating func register(_ source: String) { registered[source, default: 0] += 1 }

    mutating func unregister(_ source: String) {
        let left = (registered[source] ?? 0) - 1
        registered[source] = left > 0 ? left : nil
        if left <= 0 { buckets[source] = nil }
    }

    /// Sets the rate limit of a source in requests per second; 0 is no limit.
    /// - Returns: the tickets whose turn has come.
    mutating func setRate(_ perSecond: Double, of source: String, now: ContinuousClock.Instant) -> [UInt64] {
        buckets[source] = perSecond > 0 ? TokenBucket(perSecond: perSecond) : nil
        return serve(now: now)
    }

    /// Asks for a slot and a token of the rate limit; the ticket waits until both are there.
    /// - Parameter order: the number of the poll if it has begun, else 0.
    /// - Returns: the tickets whose turn has come; this one may be among them.
    mutating func ask(
        _ ticket: UInt64, _ holder: Holder, _ stage: Stage, order: UInt64, now: ContinuousClock.Instant
    ) -> [UInt64] {
        if waiting.isEmpty, total < capacity, isAllowed(holder, now: now) {
            hold(holder, stage, now: now)
            return [ticket]
        }
        let waiter = Waiter(order: order, ticket: ticket)
        let lane = Lane(holder: holder, stage: stage)
        let place = waiting[lane]?.partitioningIndex { $0 > waiter } ?? 0
        waiting[lane, default: []].insert(waiter, at: place)
        return serve(now: now)
    }

    /// Removes `ticket` from where it waits; false if it does not wait any more.
    mutating func cancel(_ ticket: UInt64, _ holder: Holder, _ stage: Stage, order: UInt64) -> Bool {
        let waiter = Waiter(order: order, ticket: ticket)
        let lane = Lane(holder: holder, stage: stage)
        guard let waiters = waiting[lane] else { return false }
        let place = waiters.partitioningIndex { $0 >= waiter }
        guard place < waiters.count, waiters[place] == waiter else { return false }
        remove(place, of: lane)
        return true
    }

    /// Gives a slot back.
    /// - Parameter isUnused: whether no request was sent, so that its token is given back, too.
    /// - Returns: the tickets whose turn has come.
    mutating func release(_ holder: Holder, isUnused: Bool, now: ContinuousClock.Instant) -> [UInt64] {
        let left = (held[holder] ?? 0) - 1
        held[holder] = left > 0 ? left : nil
        if isUnused { buckets[holder.source]?.putBack() }
        return serve(now: now)
    }

    /// Changes the limit of requests in flight; slots held beyond it are given back as their requests end.
    /// - Returns: the tickets whose turn has come.
    mutating func resize(to capacity: Int, now: ContinuousClock.Instant) -> [UInt64] {
        self.capacity = max(1, capacity)
        return serve(now: now)
    }

    /// Takes every ticket whose turn has come out of where it waits.
    mutating func serve(now: ContinuousClock.Instant) -> [UInt64] {
        var served: [UInt64] = []
        while let lane = nextLane(now: now), let waiter = waiting[lane]?.first {
            remove(0, of: lane)
            hold(lane.holder, lane.stage, now: now)
            served.append(waiter.ticket)
        }
        return served
    }

    private mutating func hold(_ holder: Holder, _ stage: Stage, now: ContinuousClock.Instant) {
        held[holder, default: 0] += 1
        buckets[holder.source]?.take(now: now)
        switch stage {
        case .running: break
        case .discovery: discoveredLast.insert(holder.source)
        case .poll: discoveredLast.remove(holder.source)
        }
    }

    /// When to call ``serve(now:)`` again if nothing else happens; nil if no request waits for a token.
    func nextToken(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if waiting.isEmpty { return nil }
        return waiting.keys.compactMap { buckets[$0.holder.source]?.nextToken(now: now) }.filter { $0 > now }.min()
    }

    private mutating func remove(_ place: Int, of lane: Lane) {
        waiting[lane]?.remove(at: place)
        if waiting[lane]?.isEmpty == true { waiting[lane] = nil }
    }

    private func nextLane(now: ContinuousClock.Instant) -> Lane? {
        guard !waiting.isEmpty, total < capacity else { return nil }
        var best: (lane: Lane, rank: Int, waiter: Waiter)?
        for (lane, waiters) in waiting where isAllowed(lane.holder, now: now) {
            let rank = rank(of: lane)
            if let best, (best.rank, best.waiter) < (rank, waiters[0]) { continue }
            best = (lane, rank, waiters[0])
        }
        return best?.lane
    }

    private func rank(of lane: Lane) -> Int {
        switch lane.stage {
        case .running: 0
        case .discovery: discoveredLast.contains(lane.holder.source) ? 3 : 1
        case .poll: 2
        }
    }

    private func isAllowed(_ holder: Holder, now: ContinuousClock.Instant) -> Bool {
        if let bucket = buckets[holder.source], bucket.nextToken(now: now) > now { return false }
        let others = registered.keys.count { $0 != holder.source }
        let ofSource = held.reduce(0) { $0 + ($1.key.source == holder.source ? $1.value : 0) }
        guard ofSource < max(1, capacity - others) else { return false }
        guard holder.isSuspect else { return true }
        let suspects = held.reduce(0) { $0 + ($1.key.isSuspect ? $1.value : 0) }
        return suspects < max(1, capacity / 2)
    }
}

extension Array {
    /// The first index from which on `belongsBehind` holds, by binary search.
    func partitioningIndex(where belongsBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongsBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
