// SPDX-License-Identifier: Apache-2.0

/// A row of a list of job runs. Fields that are nil are omitted; those that are `.null` are sent as `null`.
public struct SimulatedJobRun: Sendable {
    /// When the run was created, in seconds since the epoch: the order of the list; nil if it is unknown.
    public var createdSeconds: Int64?
    /// Fields of the API; times in the format to send.
    public var id, name, type, status, endpointID, createTime, updateTime: JSONValue?
    /// Objects of the API with the API's member names.
    public var job, createUser: JSONValue?

    /// Creates a row; nil fields are omitted.
    public init(
        id: JSONValue? = nil, name: JSONValue? = nil, type: JSONValue? = "RAY_JOB", status: JSONValue? = nil,
        endpointID: JSONValue? = nil, createdSeconds: Int64? = nil, createTime: JSONValue? = nil,
        updateTime: JSONValue? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.status = status
        self.endpointID = endpointID
        self.createdSeconds = createdSeconds
        self.createTime = createTime
        self.updateTime = updateTime
    }

    /// The row to send.
    public var json: JSONValue {
        [
            "job": job, "name": name, "endpoint_id": endpointID, "id": id, "create_time": createTime,
            "update_time": updateTime, "status": status, "type": type, "create_user": createUser,
        ]
    }
}

extension ListQuery {
    /// Returns the runs that match the filters, in the requested order. Runs without a time of creation are first in
    /// ascending order.
    func select(_ runs: [SimulatedJobRun]) throws(APIResponse) -> [SimulatedJobRun] {
        for (name, values) in [("sort_by", ["CREATE_TIME", "DURATION"]), ("order_by", ["ASC", "DESC"])] {
            if let value = filter(name), !values.contains(value) { throw APIResponse.badRequest(Self.unreadable) }
        }
        let status = filter("status")
        let matching = runs.filter { status == nil || $0.status?.string == status }
        guard filter("sort_by") == "CREATE_TIME" else { return matching }
        let ascending = matching.enumerated().sorted {
            ($0.element.createdSeconds ?? .min, $0.offset) < ($1.element.createdSeconds ?? .min, $1.offset)
        }.map(\.element)
        return filter("order_by") == "DESC" ? ascending.reversed() : ascending
    }
}

extension SeededData {
    /// The statuses of job runs: the documented ones and an undocumented one.
    public static let jobRunStatuses = [
        "SUCCEEDED", "PENDING", "CREATING", "RUNNING", "UPDATING", "STOPPING", "FAILED", "STOPPED", "REBALANCING",
    ]

    /// Returns `count` job runs of workspace number `workspace`, which cycle through all statuses and through absent and
    /// null fields.
    public func jobRuns(_ count: Int, workspace: Int = 0) -> [SimulatedJobRun] {
        (0..<count).map { index in
            var generator = SeededGenerator(seed, workspace, -1_000_000 - index)
            let created = baseSeconds - Int64(generator.number(3600...8_640_000))
            let updated = created + Int64(generator.number(0...3600))
            var run = SimulatedJobRun(
                id: .string(generator.hexID()),
                name: .string(index % 4 == 3 ? "每日作业-\(index)" : "run-\(index)"),
                type: index % 7 == 6 ? nil : .string(generator.pick(["RAY_JOB", "PYTHON_JOB", "SPARK_JOB"])),
                status: index % 31 == 30
                    ? .null : index % 37 == 36 ? nil : .string(Self.jobRunStatuses[index % Self.jobRunStatuses.count]),
                endpointID: index % 9 == 8 ? .null : .string(generator.hexID()), createdSeconds: created,
                createTime: .string(Timestamp.form(index, created, milliseconds: 0)),
                updateTime: index % 5 == 4
                    ? (index % 2 == 0 ? .null : nil)
                    : .string(Timestamp.form(index + 3, updated, milliseconds: generator.number(0...999))))
            if index % 41 == 40 { (run.createdSeconds, run.createTime) = (nil, index % 2 == 0 ? .null : nil) }
            run.job = ["id": .string(generator.hexID()), "version_id": .string(generator.hexID())]
            run.createUser = ["domain_name": "simulated-account", "user_name": "lin"]
            return run
        }
    }
}
