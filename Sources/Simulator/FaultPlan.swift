// SPDX-License-Identifier: Apache-2.0

/// The injected faults.
struct FaultPlan {
    /// `left` is the number of remaining occurrences; nil for a fault that occurs until it is removed.
    private var entries: [(fault: Fault, left: Int?, scope: FaultScope)] = []

    mutating func add(_ fault: Fault, times: Int?, _ scope: FaultScope) {
        if times != 0 { entries.append((fault, times, scope)) }
    }

    mutating func remove(workspaceID: String?) {
        guard let workspaceID else { return entries = [] }
        entries.removeAll { $0.scope.workspaceID == workspaceID }
    }

    mutating func remove(operation: SimulatedOperation) {
        entries.removeAll { $0.scope.workspaceID == nil && $0.scope.operation == operation }
    }

    /// Returns the faults of a request and counts one occurrence of each.
    mutating func take(_ operation: SimulatedOperation, workspaceID: String?, isLaterPage: Bool) -> [Fault] {
        var taken: [Fault] = []
        for index in entries.indices {
            let entry = entries[index]
            if let wanted = entry.scope.workspaceID, wanted != workspaceID { continue }
            if let wanted = entry.scope.operation, wanted != operation { continue }
            if case .shiftBetweenPages = entry.fault, !isLaterPage { continue }
            if entry.fault.replacesResponse, taken.contains(where: \.replacesResponse) { continue }
            taken.append(entry.fault)
            entries[index].left = entry.left.map { $0 - 1 }
        }
        entries.removeAll { $0.left == 0 }
        return taken
    }
}

/// Counts requests.
struct RequestLog {
    /// A task that waits for requests.
    struct Waiter {
        var id: Int
        var operation: SimulatedOperation
        var workspaceID: String?
        var count: Int
        var continuation: CheckedContinuation<Void, Never>
    }

    /// The counts by operation and workspace; nil stands for requests without a workspace.
    var counts: [SimulatedOperation: [String?: Int]] = [:]
    var waiters: [Waiter] = []
    var lastWaiter = 0
    private(set) var all = 0

    func count(_ operation: SimulatedOperation, workspaceID: String?) -> Int {
        let counts = counts[operation] ?? [:]
        return workspaceID == nil ? counts.values.reduce(0, +) : counts[workspaceID] ?? 0
    }

    /// Counts a request.
    /// - Returns: its number and the waiters to resume.
    mutating func note(
        _ operation: SimulatedOperation, workspaceID: String?
    ) -> (number: Int, woken: [CheckedContinuation<Void, Never>]) {
        all += 1
        counts[operation, default: [:]][workspaceID, default: 0] += 1
        let satisfied = waiters.map { count($0.operation, workspaceID: $0.workspaceID) >= $0.count }
        let woken = zip(waiters, satisfied).filter(\.1).map(\.0.continuation)
        waiters = zip(waiters, satisfied).filter { !$0.1 }.map(\.0)
        return (all, woken)
    }
}
