// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// The query of a list request, validated as documented.
struct ListQuery {
    static let unreadable =
        "failed to read http request, please check your input, code: 400, reason: Type mismatch., "
        + "cause: TypeMismatchException"

    var offset = 0
    var limit = 10
    private let request: ListenerRequest

    init(_ request: ListenerRequest, _ operation: SimulatedOperation) throws(APIResponse) {
        self.request = request
        // The list of pools has other limits than all others.
        let (limits, standard) = operation == .listPools ? (1...1_000, 100) : (1...100, 10)
        offset = try number("offset", in: 0...1_000_000_000) ?? offset
        limit = try number("limit", in: limits) ?? standard
    }

    /// Returns the value of a filter; nil if it is missing or empty.
    func filter(_ name: String) -> String? {
        request.queryValues(name).first.flatMap { $0.isEmpty ? nil : $0 }
    }

    func number(_ name: String, in range: ClosedRange<Int>) throws(APIResponse) -> Int? {
        guard let text = request.queryValues(name).first else { return nil }
        guard let number = Int(text) else { throw APIResponse.badRequest(Self.unreadable) }
        guard range.contains(number) else {
            throw APIResponse.badRequest("\(name) must be between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    /// Whether an endpoint matches the filters.
    func matches(_ endpoint: SimulatedEndpoint) throws(APIResponse) -> Bool {
        let visibility = endpoint.visibility?.string ?? "PRIVATE"
        switch filter("visibility") {
        case nil: if endpoint.isOthers { return false }
        case "PRIVATE": if endpoint.isOthers || visibility != "PRIVATE" { return false }
        case "PUBLIC": if visibility != "PUBLIC" { return false }
        case "ALL": break
        default: throw APIResponse.badRequest(Self.unreadable)
        }
        if let wanted = filter("name"), endpoint.name?.string?.contains(wanted) != true { return false }
        if let wanted = filter("endpoint_id"), endpoint.id?.string != wanted { return false }
        if let wanted = filter("type"), endpoint.type?.string != wanted { return false }
        if let wanted = filter("model_id"), !endpoint.modelIDs.contains(wanted) { return false }
        return true
    }

    /// Whether an endpoint of API v2 matches the filters.
    func matches(_ endpoint: SimulatedEndpointV2) -> Bool {
        if let wanted = filter("name"), endpoint.name?.string != wanted { return false }
        if let wanted = filter("compute_id"), endpoint.computeID?.string != wanted { return false }
        let types = request.queryValues("engine_types")
        return types.isEmpty || types.contains(endpoint.engine?["type"]?.string ?? "")
    }

    /// Whether a workspace matches the filters; all but `project` are optional.
    func matches(_ workspace: SimulatedWorkspace, project: String) -> Bool {
        if project != "all_granted_eps", workspace.enterpriseProjectID?.string != project { return false }
        if let wanted = filter("name"), workspace.name?.string?.contains(wanted) != true { return false }
        if let wanted = filter("id"), workspace.id != wanted { return false }
        return true
    }
}
