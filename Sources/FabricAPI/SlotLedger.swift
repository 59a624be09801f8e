// SPDX-License-Identifier: Apache-2.0

/// Who may exchange next when exchanges in flight are capped; a value without tasks.
///
/// One source's trouble must never delay another's, nor one workspace's another's. So a source never holds so many slots
/// that the other sources could not have one each, and suspects (workspaces whose last poll timed out, and that are
/// likely to sit in their slots until the deadline again) come last and never hold more than half.
struct SlotLedger: Sendable {
    /// A line in which requests wait in the order of asking.
    struct Lane: Hashable, Sendable {
        var source: String
        var isSuspect: Bool
    }

    private(set) var capacity: Int
    /// How many clients of each source are there to want slots.
    private var registered: [String: Int] = [:]
    private var held: [Lane: Int] = [:]
    private var waiting: [Lane: [UInt64]] = [:]

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Slots held by anybody.
    var total: Int { held.values.reduce(0, +) }

    mutating func register(_ source: String) { registered[source, default: 0] += 1 }

    mutating func unregister(_ source: String) {
        let left = (registered[source] ?? 0) - 1
        registered[source] = left > 0 ? left : nil
    }

    /// Asks for a slot.
    /// - Returns: whether there is one now; else `ticket` waits.
    mutating func ask(_ ticket: UInt64, _ lane: Lane) -> Bool {
        if waiting[lane] == nil, isAllowed(lane) {
            held[lane, default: 0] += 1
            return true
        }
        waiting[lane, default: []].append(ticket)
        return false
    }

    /// Takes `ticket` out of its line; false when it did not wait there any more.
    mutating func cancel(_ ticket: UInt64, _ lane: Lane) -> Bool {
        guard let index = waiting[lane]?.firstIndex(of: ticket) else { return false }
        waiting[lane]?.remove(at: index)
        if waiting[lane]?.isEmpty == true { waiting[lane] = nil }
        return true
    }

    /// Gives a slot back.
    /// - Returns: the tickets whose turn has come.
    mutating func release(_ lane: Lane) -> [UInt64] {
        let left = (held[lane] ?? 0) - 1
        held[lane] = left > 0 ? left : nil
        return serve()
    }

    /// Changes the cap; slots held beyond it are given back in their time.
    /// - Returns: the tickets whose turn has come.
    mutating func resize(to capacity: Int) -> [UInt64] {
        self.capacity = max(1, capacity)
        return serve()
    }

    private mutating func serve() -> [UInt64] {
        var served: [UInt64] = []
        while let lane = next() {
            guard let ticket = waiting[lane]?.removeFirst() else { break }
            if waiting[lane]?.isEmpty == true { waiting[lane] = nil }
            held[lane, default: 0] += 1
            served.append(ticket)
        }
        return served
    }

    /// The line whose head has waited longest among those that may have a slot, suspects last.
    private func next() -> Lane? {
        waiting.filter { isAllowed($0.key) }
            .min { ($0.key.isSuspect ? 1 : 0, $0.value[0]) < ($1.key.isSuspect ? 1 : 0, $1.value[0]) }?.key
    }

    private func isAllowed(_ lane: Lane) -> Bool {
        guard total < capacity else { return false }
        let others = registered.keys.count { $0 != lane.source }
        let ofSource = held.reduce(0) { $0 + ($1.key.source == lane.source ? $1.value : 0) }
        guard ofSource < max(1, capacity - others) else { return false }
        guard lane.isSuspect else { return true }
        let suspects = held.reduce(0) { $0 + ($1.key.isSuspect ? $1.value : 0) }
        return suspects < max(1, capacity / 2)
    }
}
