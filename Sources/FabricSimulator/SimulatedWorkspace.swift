// SPDX-License-Identifier: Apache-2.0

/// A workspace and the endpoints in it.
public struct SimulatedWorkspace: Sendable {
    /// `id`; also the one in the path of its endpoint list.
    public var id: String
    /// `name`.
    public var name: Field<String>
    /// `description`.
    public var description: Field<String> = .absent
    /// `create_time`, as it is sent.
    public var createTime: Field<String> = .absent
    /// `create_domain_name`.
    public var createDomainName: Field<String> = .absent
    /// `create_user_name`.
    public var createUserName: Field<String> = .absent
    /// `metastore_id`.
    public var metastoreID: Field<String> = .absent
    /// `access_url`.
    public var accessURL: Field<String> = .absent
    /// `enterprise_project_id`.
    public var enterpriseProjectID: Field<String> = .absent
    /// Whether its endpoint list is answered 403.
    public var isForbidden = false
    /// Its endpoints, in the order they are listed.
    public var endpoints: [SimulatedEndpoint]

    /// A workspace of these parts; the others can be set afterwards.
    public init(
        id: String,
        name: Field<String>,
        enterpriseProjectID: Field<String> = "0",
        isForbidden: Bool = false,
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
        var object = ObjectBuilder()
        object.add("id", .value(id))
        object.add("name", name)
        object.add("description", description)
        object.add("create_time", createTime)
        object.add("create_domain_name", createDomainName)
        object.add("create_user_name", createUserName)
        object.add("metastore_id", metastoreID)
        object.add("access_url", accessURL)
        object.add("enterprise_project_id", enterpriseProjectID)
        return object.json
    }
}
