// SPDX-License-Identifier: Apache-2.0
import Glibc
import Synchronization

/// A simulated control plane: tokens, workspaces, faults and request counts. Everything can be changed while it is
/// served.
public final class SimulatedCloud: Sendable {
    struct State {
        var tokens: Set<String>
        var identity = SimulatedIdentity()
        var wallMicroseconds: @Sendable () -> Int64 = { SimulatedCloud.systemTime() }
        var latency = Duration.zero
        var workspaces: [SimulatedWorkspace]
        var quotas: [String: [SimulatedQuota]] = [:]
        var faults = FaultPlan()
        var log = RequestLog()
        var added = 0
        var observer: (@Sendable (SimulatedWorkspace) -> Void)?

        func index(of workspaceID: String) -> Int? { workspaces.firstIndex { $0.id == workspaceID } }
    }

    let state: Mutex<State>

    /// Creates a cloud that accepts these tokens and has these workspaces.
    public init(tokens: Set<String> = ["simulated-token"], workspaces: [SimulatedWorkspace] = []) {
        state = Mutex(State(tokens: tokens, workspaces: workspaces))
    }

    // MARK: Tokens and latency

    /// The accepted tokens.
    public var tokens: Set<String> {
        get { state.withLock { $0.tokens } }
        set { state.withLock { $0.tokens = newValue } }
    }

    /// The identities and issued credentials.
    public var identity: SimulatedIdentity {
        get { state.withLock { $0.identity } }
        set { state.withLock { $0.identity = newValue } }
    }

    /// Changes the identities atomically.
    public func updateIdentity(_ change: (inout SimulatedIdentity) -> Void) {
        state.withLock { change(&$0.identity) }
    }

    /// Replaces the system clock; `clock` returns microseconds since the epoch.
    public func setClock(_ clock: @escaping @Sendable () -> Int64) {
        state.withLock { $0.wallMicroseconds = clock }
    }

    func wallMicroseconds() -> Int64 { state.withLock { $0.wallMicroseconds }() }

    private static func systemTime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }

    /// The latency of every response; zero by default.
    public var latency: Duration {
        get { state.withLock { $0.latency } }
        set { state.withLock { $0.latency = newValue } }
    }

    // MARK: Workspaces and endpoints

    /// Calls `observer` with every current workspace, and with a workspace after each of its changes, including those
    /// by faults. It is called before any request can see the change, and must not call back.
    public func observe(_ observer: @escaping @Sendable (SimulatedWorkspace) -> Void) {
        state.withLock { state in
            state.observer = observer
            for workspace in state.workspaces { observer(workspace) }
        }
    }

    /// The current workspaces in listing order.
    public var workspaces: [SimulatedWorkspace] { state.withLock { $0.workspaces } }

    /// Returns the current workspace with this id.
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

    /// Removes a workspace; does nothing if it doesn't exist.
    public func removeWorkspace(_ id: String) {
        state.withLock { state in state.workspaces.removeAll { $0.id == id } }
    }

    /// Changes a workspace.
    /// - Returns: whether it exists.
    @discardableResult
    public func updateWorkspace(_ id: String, _ change: (inout SimulatedWorkspace) -> Void) -> Bool {
        state.withLock { state in
            guard let index = state.index(of: id) else { return false }
            change(&state.workspaces[index])
            state.observer?(state.workspaces[index])
            return true
        }
    }

    /// Replaces all endpoints of a workspace.
    public func setEndpoints(_ endpoints: [SimulatedEndpoint], of workspaceID: String) {
        updateWorkspace(workspaceID) { $0.endpoints = endpoints }
    }

    /// Removes an endpoint; does nothing if it doesn't exist.
    public func removeEndpoint(_ id: String, from workspaceID: String) {
        updateWorkspace(workspaceID) { workspace in workspace.endpoints.removeAll { $0.id?.string == id } }
    }

    /// Changes an endpoint.
    /// - Returns: whether it exists.
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

    /// The quotas by the project's id. A credential has access to every project here.
    public var quotas: [String: [SimulatedQuota]] {
        get { state.withLock { $0.quotas } }
        set { state.withLock { $0.quotas = newValue } }
    }

    // MARK: Faults

    /// Injects `fault` for the next `times` requests of `scope`, or until it is removed if `times` is nil. Of faults
    /// that replace the response, only the first one applies to a request; all others are combined.
    public func inject(_ fault: Fault, times: Int? = nil, for scope: FaultScope = .all) {
        state.withLock { $0.faults.add(fault, times: times, scope) }
    }

    /// Removes the faults that were injected for this workspace; all faults if it is nil.
    public func clearFaults(ofWorkspace workspaceID: String? = nil) {
        state.withLock { $0.faults.remove(workspaceID: workspaceID) }
    }

    /// Removes the faults that were injected for this operation, except those for a single workspace.
    public func clearFaults(ofOperation operation: SimulatedOperation) {
        state.withLock { $0.faults.remove(operation: operation) }
    }

    // MARK: Requests

    /// Returns the number of requests of `operation`, for `workspaceID` if that is set.
    public func requestCount(_ operation: SimulatedOperation, workspaceID: String? = nil) -> Int {
        state.withLock { $0.log.count(operation, workspaceID: workspaceID) }
    }

    /// Resets all counts to zero.
    public func resetRequestCounts() {
        state.withLock { $0.log.counts = [:] }
    }

    /// Waits until there were at least `count` requests of `operation` (for `workspaceID`, if set), or until the task
    /// is canceled.
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
