// SPDX-License-Identifier: Apache-2.0

/// Decides which request is sent next, under a limit of requests in flight over all sources and a rate limit per
/// source. Has no clock; callers pass the time.
///
/// - Polls that have started take precedence over polls that haven't, the oldest first. So a started poll never times
///   out because others wait, and under overload the rate limit is fully used.
/// - Polls start in the order of their requests, so that workspaces take turns. A discovery goes first every second
///   time.
/// - Every source leaves a slot for each other source. Suspects (workspaces whose last poll timed out, and which are
///   likely to hold their slots until the timeout) use at most half of the slots.
/// - Optional listings only get what endpoints and discovery leave: their requests come last, even those of started
///   polls. Together they use at most half of the slots, one of them at most a quarter, and with suspects they leave a
///   slot of their source.
struct FairLimiter: Sendable {
    /// The stage of the poll that a request belongs to.
    enum Stage: Sendable, Hashable {
        /// The poll has started.
        case running
        /// A discovery that waits for its turn.
        case discovery
        /// A workspace's poll that waits for its turn.
        case poll
    }

    /// The holder of slots: slots are counted per source, suspicion and optional listing.
    struct Holder: Hashable, Sendable {
        var source: String
        var isSuspect: Bool
        /// The name of the optional listing; nil for endpoints and discovery.
        var optionalListing: String?
    }

    private struct Queue: Hashable, Sendable {
        var holder: Holder
        var stage: Stage
    }

    /// A waiting request. A queue is ordered by the polls' order numbers, then by tickets.
    private struct Waiter: Comparable, Sendable {
        var order: UInt64
        var ticket: UInt64

        static func < (left: Waiter, right: Waiter) -> Bool {
            (left.order, left.ticket) < (right.order, right.ticket)
        }
    }

    private(set) var capacity: Int
    private var buckets: [String: TokenBucket] = [:]
    /// The number of clients per source.
    private var registered: [String: Int] = [:]
    private var heldSlots: [Holder: Int] = [:]
    private var waiting: [Queue: [Waiter]] = [:]
    /// The sources whose last started poll was a discovery.
    private var startedDiscoveryLast: Set<String> = []

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// The number of slots in use.
    var slotsInUse: Int { heldSlots.values.reduce(0, +) }

    mutating func register(_ source: String) { registered[source, default: 0] += 1 }

    mutating func unregister(_ source: String) {
        let left = (registered[source] ?? 0) - 1
        registered[source] = left > 0 ? left : nil
        if left <= 0 { buckets[source] = nil }
    }

    /// Sets the rate limit of a source in requests per second; 0 is no limit.
    /// - Returns: the tickets that are served now.
    mutating func setRate(_ perSecond: Double, of source: String, now: ContinuousClock.Instant) -> [UInt64] {
        buckets[source] = perSecond > 0 ? TokenBucket(perSecond: perSecond) : nil
        return serve(now: now)
    }

    /// Enqueues a ticket for a slot and a token of the rate limit.
    /// - Parameter order: the poll's order number if it has started, or else 0.
    /// - Returns: the tickets that are served now, which may include this one.
    mutating func enqueue(
        _ ticket: UInt64, _ holder: Holder, _ stage: Stage, order: UInt64, now: ContinuousClock.Instant
    ) -> [UInt64] {
        if waiting.isEmpty, slotsInUse < capacity, isAllowed(holder, now: now) {
            take(holder, stage, now: now)
            return [ticket]
        }
        let waiter = Waiter(order: order, ticket: ticket)
        let queue = Queue(holder: holder, stage: stage)
        let index = waiting[queue]?.partitioningIndex { $0 > waiter } ?? 0
        waiting[queue, default: []].insert(waiter, at: index)
        return serve(now: now)
    }

    /// Removes `ticket` from its queue; returns false if it isn't waiting.
    mutating func cancel(_ ticket: UInt64, _ holder: Holder, _ stage: Stage, order: UInt64) -> Bool {
        let waiter = Waiter(order: order, ticket: ticket)
        let queue = Queue(holder: holder, stage: stage)
        guard let waiters = waiting[queue] else { return false }
        let index = waiters.partitioningIndex { $0 >= waiter }
        guard index < waiters.count, waiters[index] == waiter else { return false }
        remove(at: index, from: queue)
        return true
    }

    /// Releases a slot.
    /// - Parameter isUnused: whether no request was sent, so that the token is returned, too.
    /// - Returns: the tickets that are served now.
    mutating func release(_ holder: Holder, isUnused: Bool, now: ContinuousClock.Instant) -> [UInt64] {
        let left = (heldSlots[holder] ?? 0) - 1
        heldSlots[holder] = left > 0 ? left : nil
        if isUnused { buckets[holder.source]?.putBack() }
        return serve(now: now)
    }

    /// Changes the limit of requests in flight. Slots beyond it stay in use until their requests end.
    /// - Returns: the tickets that are served now.
    mutating func resize(to capacity: Int, now: ContinuousClock.Instant) -> [UInt64] {
        self.capacity = max(1, capacity)
        return serve(now: now)
    }

    /// Removes the tickets that are served now from their queues, and returns them.
    mutating func serve(now: ContinuousClock.Instant) -> [UInt64] {
        var served: [UInt64] = []
        while let queue = nextQueue(now: now), let waiter = waiting[queue]?.first {
            remove(at: 0, from: queue)
            take(queue.holder, queue.stage, now: now)
            served.append(waiter.ticket)
        }
        return served
    }

    /// Takes a slot and a token.
    private mutating func take(_ holder: Holder, _ stage: Stage, now: ContinuousClock.Instant) {
        heldSlots[holder, default: 0] += 1
        buckets[holder.source]?.take(now: now)
        switch stage {
        case .running: break
        case .discovery: startedDiscoveryLast.insert(holder.source)
        case .poll: startedDiscoveryLast.remove(holder.source)
        }
    }

    /// Returns when to call ``serve(now:)`` again; nil if no request waits for a token.
    func nextToken(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        if waiting.isEmpty { return nil }
        return waiting.keys.compactMap { buckets[$0.holder.source]?.nextToken(now: now) }.filter { $0 > now }.min()
    }

    private mutating func remove(at index: Int, from queue: Queue) {
        waiting[queue]?.remove(at: index)
        if waiting[queue]?.isEmpty == true { waiting[queue] = nil }
    }

    private func nextQueue(now: ContinuousClock.Instant) -> Queue? {
        guard !waiting.isEmpty, slotsInUse < capacity else { return nil }
        var best: (queue: Queue, rank: Int, waiter: Waiter)?
        for (queue, waiters) in waiting where isAllowed(queue.holder, now: now) {
            let rank = rank(of: queue)
            if let best, (best.rank, best.waiter) < (rank, waiters[0]) { continue }
            best = (queue, rank, waiters[0])
        }
        return best?.queue
    }

    private func rank(of queue: Queue) -> Int {
        if queue.holder.optionalListing != nil { return queue.stage == .running ? 4 : 5 }
        return switch queue.stage {
        case .running: 0
        case .discovery: startedDiscoveryLast.contains(queue.holder.source) ? 3 : 1
        case .poll: 2
        }
    }

    private func isAllowed(_ holder: Holder, now: ContinuousClock.Instant) -> Bool {
        if let bucket = buckets[holder.source], bucket.nextToken(now: now) > now { return false }
        let others = registered.keys.count { $0 != holder.source }
        let ofSource = heldSlots.reduce(0) { $0 + ($1.key.source == holder.source ? $1.value : 0) }
        guard ofSource < max(1, capacity - others) else { return false }
        guard holder.isSuspect || holder.optionalListing != nil else { return true }
        func held(_ isCounted: (Holder) -> Bool) -> Int {
            heldSlots.reduce(0) { $0 + (isCounted($1.key) ? $1.value : 0) }
        }
        guard held({ $0.isSuspect || $0.optionalListing != nil }) < max(1, capacity - 1 - others) else {
            return false
        }
        if let listing = holder.optionalListing {
            return held { $0.optionalListing != nil } < max(1, capacity / 2)
                && held { $0.optionalListing == listing } < max(1, capacity / 4)
        }
        return held { $0.isSuspect && $0.optionalListing == nil } < max(1, capacity / 2)
    }
}

extension Array {
    /// Returns the first index at which the predicate is true, by binary search. The array must be partitioned by it.
    func partitioningIndex(where belongsInSecondPartition: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if belongsInSecondPartition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
