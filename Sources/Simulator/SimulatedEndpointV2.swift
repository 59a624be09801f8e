// SPDX-License-Identifier: Apache-2.0

/// A row of an endpoint list of API v2 (AI DataLake). Fields that are nil are omitted; those that are `.null` are sent
/// as `null`.
public struct SimulatedEndpointV2: Sendable {
    /// Fields of the API; times in the format to send.
    public var id, name, displayName, description, status, resourceType, createTime, updateTime, computeID: JSONValue?
    /// Objects and arrays of the API with the API's member names.
    public var engine, capacity, creator, error: JSONValue?

    /// Creates a row; nil fields are omitted.
    /// - Parameter type: the engine's type.
    public init(
        id: JSONValue? = nil, name: JSONValue? = nil, type: JSONValue? = nil, status: JSONValue? = nil,
        capacity: JSONValue? = nil, resourceType: JSONValue? = nil, createTime: JSONValue? = nil,
        updateTime: JSONValue? = nil, computeID: JSONValue? = nil, error: JSONValue? = nil
    ) {
        self.id = id
        self.name = name
        engine = ["type": type]
        self.status = status
        self.capacity = capacity
        self.resourceType = resourceType
        self.createTime = createTime
        self.updateTime = updateTime
        self.computeID = computeID
        self.error = error
    }

    /// Returns the capacity of one resource.
    public static func capacity(_ type: String, minimum: Int, maximum: Int, specCode: String? = nil) -> JSONValue {
        [
            "type": .string(type), "minimum_capacity": .int(minimum), "maximum_capacity": .int(maximum),
            "spec_code": specCode.map { .string($0) },
        ]
    }

    /// The row to send.
    public var json: JSONValue {
        [
            "id": id, "name": name, "display_name": displayName, "description": description, "status": status,
            "engine": engine, "capacity": capacity, "resource_type": resourceType, "create_time": createTime,
            "update_time": updateTime, "compute_id": computeID, "creator": creator, "error": error,
        ]
    }
}
