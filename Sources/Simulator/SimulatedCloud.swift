// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// The state of a simulated control plane: tokens, workspaces, faults, and what was asked. Everything can be changed
/// while it is served.
public final class SimulatedCloud: Sendable {
    struct State {
        var tokens: Set<String>
        var identity = SimulatedIdentity()
        var wallMicroseconds: @Sendable () -> Int64 = { SimulatedCloud.systemTime() }
        var latency = Duration.zero
        var workspaces: [SimulatedWorkspace]
        var faults = FaultPlan()
        var log = RequestLog()
        var added = 0
        var observer: (@Sendable (SimulatedWorkspace) -> Void)?

        func index(of workspaceID: String) -> Int? { workspaces.firstIndex { $0.id == workspaceID } }
    }

    let state: Mutex<State>

    /// A cloud that takes these tokens and has these workspaces.
    public init(tokens: Set<String> = ["simulated-token"], workspaces: [SimulatedWorkspace] = []) {
        state = Mutex(State(tokens: tokens, workspaces: workspaces))
    }

    // MARK: Tokens and latency

    /// The tokens that are taken.
    public var tokens: Set<String> {
        get { state.withLock { $0.tokens } }
        set { state.withLock { $0.tokens = newValue } }
    }

    /// Who may ask, and what was issued to them.
    public var identity: SimulatedIdentity {
        get { state.withLock { $0.identity } }
        set { state.withLock { $0.identity = newValue } }
    }

    /// Changes the identities in one step.
    public func updateIdentity(_ change: (inout SimulatedIdentity) -> Void) {
        state.withLock { change(&$0.identity) }
    }

    /// Goes by another clock than the machine's: microseconds since the epoch.
    public func setClock(_ clock: @escaping @Sendable () -> Int64) {
        state.withLock { $0.wallMicroseconds = clock }
    }

    func wallMicroseconds() -> Int64 { state.withLock { $0.wallMicroseconds }() }

    private static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// How long every answer takes; zero at first.
    public var latency: Duration {
        get { state.withLock { $0.latency } }
        set { state.withLock { $0.latency = newValue } }
    }

    // MARK: Workspaces and endpoints

    /// Tells `observer` of every workspace that is there now, and from then on of each after every change of it, also
    /// those that faults make. It is called before any later request can see the change, and must not call back.
    public func observe(_ observer: @escaping @Sendable (SimulatedWorkspace) -> Void) {
        state.withLock { state in
            state.observer = observer
            for workspace in state.workspaces { observer(workspace) }
        }
    }

    /// The workspaces as they are now, in the order they are listed.
    public var workspaces: [SimulatedWorkspace] { state.withLock { $0.workspaces } }

    /// The workspace `id` as it is now.
    public func workspace(_ id: String) -> SimulatedWorkspace? {
        state.withLock { state in state.index(of: id).map { state.workspaces[$0] } }
    }

    /// Adds `workspace`, or replaces the one with its id.
    public func setWorkspace(_ workspace: SimulatedWorkspace) {
        state.withLock { state in
            if let index = state.index(of: workspace.id) {
                state.workspaces[index] = workspace
            } else {
                state.workspaces.append(workspace)
            }
            state.observer?(workspace)
        }
    }

    /// Removes a workspace; one that is not there is no error.
    public func removeWorkspace(_ id: String) {
        state.withLock { state in state.workspaces.removeAll { $0.id == id } }
    }

    /// Changes a workspace in place.
    /// - Returns: whether it is there.
    @discardableResult
    public func updateWorkspace(_ id: String, _ change: (inout SimulatedWorkspace) -> Void) -> Bool {
        state.withLock { state in
            guard let index = state.index(of: id) else { return false }
            change(&state.workspaces[index])
            state.observer?(state.workspaces[index])
            return true
        }
    }

    /// Puts `endpoints` in place of all that a workspace has.
    public func setEndpoints(_ endpoints: [SimulatedEndpoint], of workspaceID: String) {
        updateWorkspace(workspaceID) { $0.endpoints = endpoints }
    }

    /// Removes an endpoint; one that is not there is no error.
    public func removeEndpoint(_ id: String, from workspaceID: String) {
        updateWorkspace(workspaceID) { workspace in workspace.endpoints.removeAll { $0.id?.string == id } }
    }

    /// Changes an endpoint in place.
    /// - Returns: whether it is there.
    @discardableResult
    public func updateEndpoint(
        _ id: String, in workspaceID: String, _ change: (inout SimulatedEndpoint) -> Void
    ) -> Bool {
        var found = false
        updateWorkspace(workspaceID) { workspace in
            guard let index = workspace.endpoints.firstIndex(where: { $0.id?.string == id }) else { return }
            change(&workspace.endpoints[index])
            found = true
        }
        return found
    }

    // MARK: Faults

    /// Lets `fault` happen to that many requests of `scope`; nil: until it is removed. Of faults that take the answer's
    /// place only the one that was injected first works on a request; all others add up.
    public func inject(_ fault: Fault, times: Int? = nil, for scope: FaultScope = .all) {
        state.withLock { $0.faults.add(fault, times: times, scope) }
    }

    /// Removes the faults that were injected for exactly this workspace; nil: all of all scopes.
    public func clearFaults(ofWorkspace workspaceID: String? = nil) {
        state.withLock { $0.faults.remove(workspaceID: workspaceID) }
    }

    /// Removes the faults that were injected for this operation and not for a single workspace.
    public func clearFaults(ofOperation operation: SimulatedOperation) {
        state.withLock { $0.faults.remove(operation: operation) }
    }

    // MARK: What was asked

    /// How many requests of `operation` came; only those for `workspaceID` where it is given.
    public func requestCount(_ operation: SimulatedOperation, workspaceID: String? = nil) -> Int {
        state.withLock { $0.log.count(operation, workspaceID: workspaceID) }
    }

    /// Sets all counts to zero.
    public func resetRequestCounts() {
        state.withLock { $0.log.counts = [:] }
    }

    /// Waits until at least `count` requests of `operation` (for `workspaceID`, where given) have come, or until the task
    /// is cancelled.
    public func waitForRequests(_ count: Int, _ operation: SimulatedOperation, workspaceID: String? = nil) async {
        let id = state.withLock { state in
            state.log.lastWaiter += 1
            return state.log.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    let isThere = state.log.count(operation, workspaceID: workspaceID) >= count
                    if isThere || Task.isCancelled { return true }
                    state.log.waiters.append(
                        RequestLog.Waiter(
                            id: id, operation: operation, workspaceID: workspaceID, count: count,
                            continuation: continuation))
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let index = state.log.waiters.firstIndex { $0.id == id }
                return index.map { state.log.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume()
        }
    }
}
