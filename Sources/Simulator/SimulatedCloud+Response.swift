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
        let query = try ListQuery(request)
        guard let workspaceID = route.workspaceID else {
            return try workspaceList(query, route.isV2, faults: faults)
        }
        for case .shiftBetweenPages in faults where route.operation == .listEndpoints {
            if route.isV2 {
                shift(\.endpointsV2, \.id, of: workspaceID)
            } else {
                shift(\.endpoints, \.id, of: workspaceID)
            }
        }
        guard let workspace = workspace(workspaceID) else { throw .noWorkspace }
        if workspace.isForbidden { throw .forbidden }
        if route.operation == .listServiceInstances {
            if workspace.forbidsServiceInstances { throw .forbidden }
            return list("service_instances", workspace.serviceInstances, query, faults, \.json)
        }
        if route.operation == .listJobRuns {
            if workspace.forbidsJobRuns { throw .forbidden }
            var runs = try query.select(workspace.jobRuns)
            for case .ignoreFilter in faults { runs = workspace.jobRuns }
            return list("job_runs", runs, query, faults, \.json)
        }
        if route.isV2 {
            return endpointList(workspace.endpointsV2.filter(query.matches).map(\.json), query, faults)
        }
        var matching: [JSONValue] = []
        for endpoint in workspace.endpoints where try query.matches(endpoint) { matching.append(endpoint.json) }
        return endpointList(matching, query, faults)
    }

    private func endpointList(_ rows: [JSONValue], _ query: ListQuery, _ faults: [Fault]) -> JSONValue {
        for case .endlessList in faults {
            return page("endpoints", endlessRows(rows, query), total: query.offset + 2 * query.limit, faults)
        }
        return list("endpoints", rows, query, faults, \.self)
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

    private func shift<Row>(
        _ rows: WritableKeyPath<SimulatedWorkspace, [Row]>, _ id: WritableKeyPath<Row, JSONValue?>,
        of workspaceID: String
    ) {
        state.withLock { state in
            guard let index = state.index(of: workspaceID), !state.workspaces[index][keyPath: rows].isEmpty else {
                return
            }
            var arrival = state.workspaces[index][keyPath: rows].removeFirst()
            state.added += 1
            arrival[keyPath: id] = .string("arrival-between-pages-" + String(1_000_000_000 + state.added))
            state.workspaces[index][keyPath: rows].append(arrival)
            state.observer?(state.workspaces[index])
        }
    }

    /// Returns a full page for every offset: the workspace's own rows with new ids.
    private func endlessRows(_ endpoints: [JSONValue], _ query: ListQuery) -> [JSONValue] {
        (query.offset..<query.offset + query.limit).map { index in
            var row = endpoints.isEmpty ? .object([]) : endpoints[index % endpoints.count]
            row.set("id", to: .string("endless-row-of-this-list-" + String(1_000_000_000 + index)))
            return row
        }
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
        guard request.method == "GET", parts.count >= 2, parts[1] == "workspaces" else { return }
        if parts[0] == "v2", parts.count == 2 || parts.count == 4 && parts[3] == "endpoints" {
            isV2 = true
        } else if parts[0] != "v1" {
            return
        }
        if parts.count == 2 {
            operation = .listWorkspaces
        } else if parts.count == 4, parts[3] == "endpoints" {
            operation = .listEndpoints
            workspaceID = parts[2]
        } else if parts.count == 5, parts[3] == "services", parts[4] == "instances" {
            operation = .listServiceInstances
            workspaceID = parts[2]
        } else if parts.count == 5, parts[3] == "jobs", parts[4] == "runs" {
            operation = .listJobRuns
            workspaceID = parts[2]
        }
    }
}
