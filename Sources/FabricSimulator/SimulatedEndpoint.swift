// SPDX-License-Identifier: Apache-2.0

/// One row of an endpoint list: every field of the API's page, each of which can be absent or null.
public struct SimulatedEndpoint: Sendable {
    /// `visibility`: PRIVATE or PUBLIC.
    public var visibility: Field<String>
    /// `id`.
    public var id: Field<String>
    /// `name`.
    public var name: Field<String>
    /// `type`.
    public var type: Field<String>
    /// `status`.
    public var status: Field<String>
    /// `description`.
    public var description: Field<String>
    /// `create_time`, as it is sent.
    public var createTime: Field<String>
    /// `update_time`, as it is sent.
    public var updateTime: Field<String>
    /// `owner`.
    public var owner: Field<SimulatedOwner>
    /// `cap`.
    public var cap: Field<SimulatedCap>
    /// `reserved_resource`.
    public var reservedResource: Field<SimulatedReservedResource>
    /// `ray_resource`.
    public var rayResource: Field<SimulatedRayResource>
    /// `caches`.
    public var caches: Field<[SimulatedCache]>
    /// `error_code`.
    public var errorCode: Field<String>
    /// `error_msg`.
    public var errorMsg: Field<String>

    /// The models it serves; not sent, only for the `model_id` filter.
    public var modelIDs: [String] = []
    /// Whether somebody else made it; not sent, only for the `visibility` filter.
    public var isOthers = false
    /// JSON texts in place of fields, by dotted path (`reserved_resource.apu.max_num`); a path that is not there is
    /// added at the end of its object.
    public var rawOverrides: [(path: String, json: String)] = []
    /// A text in place of the whole row.
    public var rawRow: String?

    /// A row; what is not given is absent.
    public init(
        visibility: Field<String> = .absent,
        id: Field<String> = .absent,
        name: Field<String> = .absent,
        type: Field<String> = .absent,
        status: Field<String> = .absent,
        description: Field<String> = .absent,
        createTime: Field<String> = .absent,
        updateTime: Field<String> = .absent,
        owner: Field<SimulatedOwner> = .absent,
        cap: Field<SimulatedCap> = .absent,
        reservedResource: Field<SimulatedReservedResource> = .absent,
        rayResource: Field<SimulatedRayResource> = .absent,
        caches: Field<[SimulatedCache]> = .absent,
        errorCode: Field<String> = .absent,
        errorMsg: Field<String> = .absent
    ) {
        self.visibility = visibility
        self.id = id
        self.name = name
        self.type = type
        self.status = status
        self.description = description
        self.createTime = createTime
        self.updateTime = updateTime
        self.owner = owner
        self.cap = cap
        self.reservedResource = reservedResource
        self.rayResource = rayResource
        self.caches = caches
        self.errorCode = errorCode
        self.errorMsg = errorMsg
    }

    /// The row as it is sent.
    public var json: JSONValue {
        if let rawRow { return .raw(rawRow) }
        var object = ObjectBuilder()
        object.add("visibility", visibility)
        object.add("id", id)
        object.add("name", name)
        object.add("type", type)
        object.add("status", status)
        object.add("description", description)
        object.add("create_time", createTime)
        object.add("update_time", updateTime)
        object.add("owner", owner, \.json)
        object.add("cap", cap, \.json)
        object.add("reserved_resource", reservedResource, \.json)
        object.add("ray_resource", rayResource, \.json)
        object.add("caches", caches) { .array($0.map(\.json)) }
        object.add("error_code", errorCode)
        object.add("error_msg", errorMsg)
        var json = object.json
        for (path, text) in rawOverrides { json.set(Substring(path), to: .raw(text)) }
        return json
    }
}

/// `owner` of an endpoint.
public struct SimulatedOwner: Sendable {
    /// `domain_name`.
    public var domainName: Field<String>
    /// `domain_id`.
    public var domainID: Field<String>
    /// `user_name`.
    public var userName: Field<String>
    /// `user_id`.
    public var userID: Field<String>

    /// An owner; what is not given is absent.
    public init(
        domainName: Field<String> = .absent,
        domainID: Field<String> = .absent,
        userName: Field<String> = .absent,
        userID: Field<String> = .absent
    ) {
        self.domainName = domainName
        self.domainID = domainID
        self.userName = userName
        self.userID = userID
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("domain_name", domainName)
        object.add("domain_id", domainID)
        object.add("user_name", userName)
        object.add("user_id", userID)
        return object.json
    }
}

/// `cap` of an endpoint: its image package.
public struct SimulatedCap: Sendable {
    /// `cap_id`.
    public var capID: Field<String>
    /// `version_id`.
    public var versionID: Field<String>

    /// A package; what is not given is absent.
    public init(capID: Field<String> = .absent, versionID: Field<String> = .absent) {
        self.capID = capID
        self.versionID = versionID
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("cap_id", capID)
        object.add("version_id", versionID)
        return object.json
    }
}
