// SPDX-License-Identifier: Apache-2.0

/// A workspace with its endpoints. Fields that are nil are omitted; those that are `.null` are sent as `null`.
public struct SimulatedWorkspace: Sendable {
    /// The id, which is also in the path of the endpoint list.
    public var id: String
    /// Fields of the API; the time in the format to send.
    public var name, description, createTime, createDomainName, createUserName, metastoreID, accessURL: JSONValue?
    /// `enterprise_project_id`.
    public var enterpriseProjectID: JSONValue?
    /// Whether the response to its endpoint list is 403.
    public var isForbidden = false
    /// The endpoints in listing order.
    public var endpoints: [SimulatedEndpoint]
    /// The endpoints of API v2 in listing order.
    public var endpointsV2: [SimulatedEndpointV2] = []
    /// The service instances in listing order.
    public var serviceInstances: [SimulatedServiceInstance] = []
    /// Whether the response to its list of service instances is 403.
    public var forbidsServiceInstances = false
    /// The job runs, in any order.
    public var jobRuns: [SimulatedJobRun] = []
    /// Whether the response to its list of job runs is 403.
    public var forbidsJobRuns = false
    /// The compute pools of API v2 in listing order.
    public var pools: [SimulatedPool] = []
    /// Whether the response to its list of pools is 403.
    public var forbidsPools = false
    /// Whether the response to queries of its pools' utilization is 403.
    public var forbidsPoolMetrics = false
    /// Whether the response to queries of what its pools can allocate is 403.
    public var forbidsEndpointLimit = false

    /// Creates a workspace.
    public init(
        id: String, name: JSONValue?, enterpriseProjectID: JSONValue? = "0", isForbidden: Bool = false,
        endpoints: [SimulatedEndpoint] = []
    ) {
        self.id = id
        self.name = name
        self.enterpriseProjectID = enterpriseProjectID
        self.isForbidden = isForbidden
        self.endpoints = endpoints
    }

    /// Whether the response to `operation` is 403.
    func forbids(_ operation: SimulatedOperation) -> Bool {
        switch operation {
        case .listServiceInstances: isForbidden || forbidsServiceInstances
        case .listJobRuns: isForbidden || forbidsJobRuns
        case .listPools: isForbidden || forbidsPools
        case .showPoolMetrics: isForbidden || forbidsPoolMetrics
        case .showEndpointLimit: isForbidden || forbidsEndpointLimit
        default: isForbidden
        }
    }

    /// The row of the workspace list.
    public var json: JSONValue {
        [
            "id": .string(id), "name": name, "description": description, "create_time": createTime,
            "create_domain_name": createDomainName, "create_user_name": createUserName, "metastore_id": metastoreID,
            "access_url": accessURL, "enterprise_project_id": enterpriseProjectID,
        ]
    }
}
