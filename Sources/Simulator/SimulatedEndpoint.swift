// SPDX-License-Identifier: Apache-2.0

/// One row of an endpoint list. A field that is nil is left out, one that is `.null` is sent as `null`.
public struct SimulatedEndpoint: Sendable {
    /// Fields of the API's page, times as they are sent.
    public var visibility, id, name, type, status, description, createTime, updateTime: JSONValue?
    /// Objects of the API's page, by the names that it gives their members.
    public var owner, cap, reservedResource, rayResource, caches: JSONValue?
    /// The failure that is told.
    public var errorCode, errorMsg: JSONValue?

    /// The models it serves; not sent, only for the `model_id` filter.
    public var modelIDs: [String] = []
    /// Whether somebody else made it; not sent, only for the `visibility` filter.
    public var isOthers = false
    /// JSON texts in place of fields, by dotted path (`reserved_resource.apu.max_num`); a path that is not there is
    /// added at the end of its object.
    public var rawOverrides: [(path: String, json: String)] = []

    /// A row; what is not given is left out.
    public init(
        visibility: JSONValue? = nil, id: JSONValue? = nil, name: JSONValue? = nil, type: JSONValue? = nil,
        status: JSONValue? = nil, description: JSONValue? = nil, createTime: JSONValue? = nil,
        updateTime: JSONValue? = nil, owner: JSONValue? = nil, cap: JSONValue? = nil,
        reservedResource: JSONValue? = nil, rayResource: JSONValue? = nil, caches: JSONValue? = nil,
        errorCode: JSONValue? = nil, errorMsg: JSONValue? = nil
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
        var json: JSONValue = [
            "visibility": visibility, "id": id, "name": name, "type": type, "status": status,
            "description": description, "create_time": createTime, "update_time": updateTime, "owner": owner,
            "cap": cap, "reserved_resource": reservedResource, "ray_resource": rayResource, "caches": caches,
            "error_code": errorCode, "error_msg": errorMsg,
        ]
        for (path, text) in rawOverrides { json.set(Substring(path), to: .raw(text)) }
        return json
    }
}
