// SPDX-License-Identifier: Apache-2.0

/// A row of an endpoint list. Fields that are nil are omitted; those that are `.null` are sent as `null`.
public struct SimulatedEndpoint: Sendable {
    /// Fields of the API; times in the format to send.
    public var visibility, id, name, type, status, description, createTime, updateTime: JSONValue?
    /// Objects of the API with the API's member names.
    public var owner, cap, reservedResource, rayResource, caches: JSONValue?
    /// The error of a failed endpoint.
    public var errorCode, errorMsg: JSONValue?

    /// The served models; only used by the `model_id` filter, not sent.
    public var modelIDs: [String] = []
    /// Whether another user owns the endpoint; only used by the `visibility` filter, not sent.
    public var isOthers = false
    /// JSON texts that replace fields, by dotted path (`reserved_resource.apu.max_num`). A new path is appended to its
    /// object.
    public var rawOverrides: [(path: String, json: String)] = []

    /// Creates a row; nil fields are omitted.
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

    /// The row to send.
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
