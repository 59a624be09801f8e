// SPDX-License-Identifier: Apache-2.0
public import HTTPServer
import Synchronization

extension SimulatedCloud {
    /// Responds to a request like the control plane, or with injected faults.
    public func answer(_ request: ListenerRequest) async -> ListenerResponse {
        let route = Route(request)
        let isLaterPage = request.queryValues("offset").first.flatMap { Int($0) }.map { $0 > 0 } ?? false
        let (number, woken, faults, latency) = state.withLock { state in
            let (number, woken) = state.log.note(route.operation, workspaceID: route.workspaceID)
            let faults = state.faults.take(
                route.operation, workspaceID: route.workspaceID, isLaterPage: isLaterPage)
            return (number, woken, faults, state.latency)
        }
        for waiter in woken { waiter.resume() }

        let digits = String(number, radix: 16)
        let requestID = String(repeating: "0", count: 32 - digits.count) + digits
        var pause = latency
        for case .delay(let more) in faults { pause += more }
        // Cancellation means that the client disconnected; the response is not sent then.
        if pause > .zero { try? await Task.sleep(for: pause) }
        var response: ListenerResponse
        let replacing = faults.first(where: \.replacesResponse)
        if let replacement = await replacing?.replacement(
            requestID: requestID, now: wallMicroseconds() / 1_000_000)
        {
            response = replacement
        } else {
            var apiResponse: APIResponse
            do throws(APIResponse) {
                if let identity = try identityResponse(request, route.operation) {
                    apiResponse = identity
                } else {
                    let body = try fabricResponse(request, route: route, requestID: requestID, faults: faults)
                    apiResponse = APIResponse(body: body)
                }
            } catch {
                apiResponse = error
            }
            // Lets clients detect that their clock is wrong.
            apiResponse.headers.append(("Date", Timestamp.http(wallMicroseconds() / 1_000_000)))
            response = apiResponse.response(requestID: requestID)
        }
        for fault in faults { response = fault.shaping(response) }
        return response
    }

    private func fabricResponse(
        _ request: ListenerRequest, route: Route, requestID: String, faults: [Fault]
    ) throws(APIResponse) -> JSONValue {
        guard route.operation != .unknown else { throw .noSuchAPI(requestID: requestID) }
        try authenticate(request)
        if let projectID = route.projectID { return try quotaList(projectID, faults) }
        let query = try ListQuery(request, route.operation)
        guard let workspaceID = route.workspaceID else {
            return try workspaceList(query, route.isV2, faults: faults)
        }
        for case .shiftBetweenPages in faults { shift(route, workspaceID) }
        guard let workspace = workspace(workspaceID) else { throw .noWorkspace }
        if workspace.forbids(route.operation) { throw .forbidden }
        switch route.operation {
        case .listServiceInstances:
            return list("service_instances", workspace.serviceInstances, query, faults, \.json)
        case .listJobRuns:
            var runs = try query.select(workspace.jobRuns)
            for case .ignoreFilter in faults { runs = workspace.jobRuns }
            return list("job_runs", runs, query, faults, \.json)
        case .listPools:
            let matching = workspace.pools.filter(query.matches)
            return endlessList("computes", matching, query, faults, \.json)
        case .showPoolMetrics: return try query.utilization(of: queriedPools(workspace, faults))
        case .showEndpointLimit: return try query.allocatable(of: queriedPools(workspace, faults))
        default: return try endpointList(workspace, query, route.isV2, faults)
        }
    }

    private func endpointList(
        _ workspace: SimulatedWorkspace, _ query: ListQuery, _ isV2: Bool, _ faults: [Fault]
    ) throws(APIResponse) -> JSONValue {
        if isV2 {
            return endlessList("endpoints", workspace.endpointsV2.filter(query.matches), query, faults, \.json)
        }
        var matching: [SimulatedEndpoint] = []
        for endpoint in workspace.endpoints where try query.matches(endpoint) { matching.append(endpoint) }
        return endlessList("endpoints", matching, query, faults, \.json)
    }

    /// Returns the pools that a query finds: none with the fault of an empty list.
    private func queriedPools(_ workspace: SimulatedWorkspace, _ faults: [Fault]) -> [SimulatedPool] {
        for case .emptyList in faults { return [] }
        return workspace.pools
    }

    private func workspaceList(
        _ query: ListQuery, _ isV2: Bool, faults: [Fault]
    ) throws(APIResponse) -> JSONValue {
        guard let project = query.filter("enterprise_project_id") ?? (isV2 ? "all_granted_eps" : nil) else {
            throw .badRequest("enterprise_project_id is required")
        }
        let matching = workspaces.filter { query.matches($0, project: project) }
        return list("workspaces", matching, query, faults, \.json)
    }

    private func quotaList(_ projectID: String, _ faults: [Fault]) throws(APIResponse) -> JSONValue {
        guard var rows = quotas[projectID] else { throw .forbidden }
        for case .emptyList in faults { rows = [] }
        return ["quotas": ["resources": .array(rows.map(\.json))]]
    }

    /// Returns the requested page of `rows`, changed by the faults.
    private func list<Row>(
        _ name: String, _ rows: [Row], _ query: ListQuery, _ faults: [Fault], _ json: (Row) -> JSONValue
    ) -> JSONValue {
        var (rows, limit) = (rows, query.limit)
        for fault in faults {
            switch fault {
            case .emptyList: rows = []
            case .capPages(let maximum): limit = min(limit, maximum)
            case .ignoreLimit: limit = .max
            default: break
            }
        }
        return page(name, rows.dropFirst(query.offset).prefix(limit).map(json), total: rows.count, faults)
    }

    private func page(_ name: String, _ rows: [JSONValue], total: Int, _ faults: [Fault]) -> JSONValue {
        var total: Int? = total
        for fault in faults {
            switch fault {
            case .totalLies(let wrong): total = wrong
            case .totalOfPage: total = rows.count
            case .omitTotal: total = nil
            default: break
            }
        }
        return ["total": total.map { .int($0) }, name: .array(rows)]
    }

    private func shift(_ route: Route, _ workspaceID: String) {
        state.withLock { state in
            guard let index = state.index(of: workspaceID) else { return }
            let id = JSONValue.string("arrival-between-pages-" + String(1_000_000_000 + state.added + 1))
            let isShifted =
                switch (route.operation, route.isV2) {
                case (.listEndpoints, false): Self.shift(&state.workspaces[index].endpoints, \.id, id)
                case (.listEndpoints, true): Self.shift(&state.workspaces[index].endpointsV2, \.id, id)
                case (.listPools, _): Self.shift(&state.workspaces[index].pools, \.id, id)
                default: false
                }
            guard isShifted else { return }
            state.added += 1
            state.observer?(state.workspaces[index])
        }
    }

    /// Moves the first row to the end, with a new id.
    /// - Returns: whether there are rows.
    private static func shift<Row>(
        _ rows: inout [Row], _ id: WritableKeyPath<Row, JSONValue?>, _ newID: JSONValue
    ) -> Bool {
        guard !rows.isEmpty else { return false }
        var arrival = rows.removeFirst()
        arrival[keyPath: id] = newID
        rows.append(arrival)
        return true
    }

    /// Returns the requested page of `rows`, changed by the faults. If the list is endless, there is a full page for every
    /// offset: the rows with new ids.
    private func endlessList<Row>(
        _ name: String, _ rows: [Row], _ query: ListQuery, _ faults: [Fault], _ json: (Row) -> JSONValue
    ) -> JSONValue {
        for case .endlessList in faults {
            let page = (query.offset..<query.offset + query.limit).map { index in
                var row: JSONValue = rows.isEmpty ? .object([]) : json(rows[index % rows.count])
                row.set("id", to: .string("endless-row-of-this-list-" + String(1_000_000_000 + index)))
                return row
            }
            return self.page(name, page, total: query.offset + 2 * query.limit, faults)
        }
        return list(name, rows, query, faults, json)
    }
}

/// The operation of a request, and its workspace or project.
struct Route {
    var operation: SimulatedOperation
    var workspaceID: String?
    var projectID: String?
    /// Whether it is an operation on workspaces of API v2.
    var isV2 = false

    init(_ request: ListenerRequest) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init)
        operation = .unknown
        switch (request.method, request.path) {
        case ("POST", "/v3/auth/tokens"), ("POST", "/v3.0/OS-AUTH/id-token/tokens"): operation = .createToken
        case ("GET", "/v3/projects"): operation = .listProjects
        case ("POST", "/v3.0/OS-CREDENTIAL/securitytokens"), ("POST", "/v5/agencies/assume-with-oidc"):
            operation = .createTemporaryKey
        case ("PUT", "/meta-data/latest/api/token"): operation = .metadataToken
        case ("GET", "/openstack/latest/securitykey"): operation = .metadataKey
        default: break
        }
        if request.method == "GET", parts.count == 3, parts[0] == "v2", parts[2] == "quotas" {
            operation = .listQuotas
            projectID = parts[1]
        }
        // A workspace itself has no operation.
        guard request.method == "GET", parts.count >= 2, parts.count != 3, parts[1] == "workspaces",
            let found = Self.ofWorkspaces[([parts[0]] + parts.dropFirst(3)).joined(separator: "/")]
        else { return }
        operation = found
        isV2 = parts[0] == "v2"
        workspaceID = parts.count > 3 ? parts[2] : nil
    }

    /// The operations on workspaces by version and the path below the workspace.
    private static let ofWorkspaces: [String: SimulatedOperation] = [
        "v1": .listWorkspaces, "v1/endpoints": .listEndpoints, "v1/services/instances": .listServiceInstances,
        "v1/jobs/runs": .listJobRuns,
        "v2": .listWorkspaces, "v2/endpoints": .listEndpoints, "v2/computes": .listPools,
        "v2/computes/metrics": .showPoolMetrics, "v2/endpoint-limit": .showEndpointLimit,
    ]
}
