// SPDX-License-Identifier: Apache-2.0

/// A row of a list of service instances. Fields that are nil are omitted; those that are `.null` are sent as `null`.
public struct SimulatedServiceInstance: Sendable {
    /// Fields of the API; times in the format to send.
    public var id, name, type, status, visibility, endpointID, description, createTime, updateTime: JSONValue?
    /// The error of a failed instance.
    public var errorCode, errorMsg: JSONValue?
    /// Objects of the API with the API's member names.
    public var source, createUser: JSONValue?

    /// Creates a row; nil fields are omitted.
    public init(
        id: JSONValue? = nil, name: JSONValue? = nil, type: JSONValue? = "LLM_MODEL", status: JSONValue? = nil,
        visibility: JSONValue? = "PRIVATE", endpointID: JSONValue? = nil, createTime: JSONValue? = nil,
        updateTime: JSONValue? = nil, errorCode: JSONValue? = nil, errorMsg: JSONValue? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.status = status
        self.visibility = visibility
        self.endpointID = endpointID
        self.createTime = createTime
        self.updateTime = updateTime
        self.errorCode = errorCode
        self.errorMsg = errorMsg
    }

    /// The row to send.
    public var json: JSONValue {
        [
            "visibility": visibility, "source": source, "id": id, "name": name, "description": description,
            "endpoint_id": endpointID, "status": status, "create_time": createTime, "update_time": updateTime,
            "create_user": createUser, "type": type, "error_code": errorCode, "error_msg": errorMsg,
        ]
    }
}

extension SeededData {
    /// The statuses of service instances: the documented ones, one of the pages, and an undocumented one.
    static let serviceStatuses = [
        "RUNNING", "PENDING", "CREATING", "UPDATING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED", "DELETING",
        "DELETED", "TRIAL_ENDED", "REBALANCING",
    ]

    /// Returns `count` service instances of workspace number `workspace`, which cycle through all statuses and through
    /// absent and null fields.
    public func serviceInstances(_ count: Int, workspace: Int = 0) -> [SimulatedServiceInstance] {
        (0..<count).map { index in
            var generator = SeededGenerator(seed, workspace, -1 - index)
            let status = Self.serviceStatuses[index % Self.serviceStatuses.count]
            let created = baseSeconds - Int64(generator.number(3600...8_640_000))
            let updated = created + Int64(generator.number(0...3600))
            var instance = SimulatedServiceInstance(
                id: .string(generator.hexID()),
                name: .string(index % 4 == 3 ? "对话模型-\(index)" : "model-\(index)"),
                type: index % 7 == 6 ? nil : index % 7 == 5 ? "PGSQL_SERVICE" : "LLM_MODEL",
                status: index % 13 == 12 ? .null : .string(status),
                visibility: index % 11 == 10 ? nil : index % 5 == 4 ? "PUBLIC" : "PRIVATE",
                endpointID: index % 9 == 8 ? .null : .string(generator.hexID()),
                createTime: .string(Timestamp.form(index, created, milliseconds: generator.number(0...999))),
                updateTime: .string(Timestamp.form(index + 3, updated, milliseconds: generator.number(0...999))),
                errorCode: index % 3 == 0 ? nil : index % 3 == 1 ? .null : "")
            instance.source = ["id": .string(generator.hexID()), "version_id": .string(generator.hexID())]
            instance.createUser = ["domain_name": "simulated-account", "user_name": "lin"]
            if status == "FAILED" {
                let failure = generator.pick(Self.failures)
                (instance.errorCode, instance.errorMsg) = (.string(failure.code), .string(failure.message))
            }
            return instance
        }
    }
}
