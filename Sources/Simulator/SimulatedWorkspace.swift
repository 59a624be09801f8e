// SPDX-License-Identifier: Apache-2.0

/// A workspace and the endpoints in it. A field that is nil is left out, one that is `.null` is sent as `null`.
public struct SimulatedWorkspace: Sendable {
    /// `id`; also the one in the path of its endpoint list.
    public var id: String
    /// Fields of the API's page, the time as it is sent.
    public var name, description, createTime, createDomainName, createUserName, metastoreID, accessURL: JSONValue?
    /// `enterprise_project_id`.
    public var enterpriseProjectID: JSONValue?
    /// Whether its endpoint list is answered 403.
    public var isForbidden = false
    /// Its endpoints, in the order they are listed.
    public var endpoints: [SimulatedEndpoint]

    /// A workspace of these parts; the others can be set afterwards.
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

    /// The row of the workspace list.
    public var json: JSONValue {
        [
            "id": .string(id), "name": name, "description": description, "create_time": createTime,
            "create_domain_name": createDomainName, "create_user_name": createUserName, "metastore_id": metastoreID,
            "access_url": accessURL, "enterprise_project_id": enterpriseProjectID,
        ]
    }
}
