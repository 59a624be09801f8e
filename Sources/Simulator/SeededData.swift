// SPDX-License-Identifier: Apache-2.0

/// Workspaces and endpoints generated from a seed; equal seeds give equal data.
///
/// Endpoints cycle through all types and statuses, so that 117 of them contain every pair; names, times and resources
/// cycle through unusual forms with other periods.
public struct SeededData: Sendable {
    /// The documented types and an undocumented one.
    public static let types = [
        "service", "ray", "inference", "job", "ray_service", "sql", "container_job", "notebook", "vector_search",
    ]
    /// The documented statuses, one of the successor's documentation, and an undocumented one.
    public static let statuses = [
        "RUNNING", "CREATING", "CREATE_FAILED", "UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED", "DELETED",
        "FROZEN", "INACTIVE", "TRIAL_ENDED", "ON_DEMAND_FROZEN", "REBALANCING",
    ]
    /// Error codes of failed endpoints and their messages.
    public static let failures = [
        (code: "dataartsfabric.00010011", message: "The spec code fabric.sql.dcu.std is not available in this region."),
        (code: "dataartsfabric.00010024", message: "The service agency is abnormal. Authorize it again."),
        (code: "dataartsfabric.00000001", message: "The service is busy. Try again later."),
        (code: "dataartsfabric.00010022", message: "The feature is open to accounts on the allowlist only."),
    ]
    private static let oddNames = [
        "he said \"hello\"", "back\\slash\\", "two\nlines", "数据平台 推理", "tab\there", "dots.and spaces",
        "emoji \u{1F680}",
    ]

    /// The seed of all data.
    public let seed: Int
    /// The Unix time; create and update times are earlier.
    public let baseSeconds: Int64

    /// Creates the data of `seed` as of `baseSeconds`.
    public init(seed: Int, baseSeconds: Int64 = 1_750_000_000) {
        self.seed = seed
        self.baseSeconds = baseSeconds
    }

    /// Returns `count` workspaces with `endpointsEach` endpoints each.
    public func workspaces(_ count: Int, endpointsEach: Int) -> [SimulatedWorkspace] {
        (0..<count).map { index in
            var generator = SeededGenerator(seed, index)
            var workspace = SimulatedWorkspace(
                id: generator.uuid(),
                name: .string("workspace-\(index)"),
                enterpriseProjectID: index % 3 == 2 ? .string(generator.uuid()) : "0",
                endpoints: endpoints(endpointsEach, workspace: index)
            )
            workspace.description = index % 4 == 1 ? .null : .string("Workspace \(index)")
            workspace.createTime = .string(Timestamp.zulu(baseSeconds - Int64(generator.number(86_400...8_640_000))))
            workspace.createDomainName = "simulated-account"
            workspace.createUserName = .string(generator.pick(["lin", "maria", "wei"]))
            workspace.metastoreID = index % 2 == 0 ? .string(generator.hexID()) : nil
            return workspace
        }
    }

    /// Returns `count` endpoints of workspace number `workspace`.
    public func endpoints(_ count: Int, workspace: Int = 0) -> [SimulatedEndpoint] {
        (0..<count).map { endpoint($0, workspace: workspace) }
    }

    /// Returns endpoint number `index` of workspace number `workspace`.
    public func endpoint(_ index: Int, workspace: Int = 0) -> SimulatedEndpoint {
        var generator = SeededGenerator(seed, workspace, index)
        let type = Self.types[index % Self.types.count]
        let status = Self.statuses[index % Self.statuses.count]
        let created = baseSeconds - Int64(generator.number(3600...8_640_000))
        let updated = created + Int64(generator.number(0...3600))
        var endpoint = SimulatedEndpoint(
            visibility: index % 11 == 10 ? nil : index % 5 == 4 ? "PUBLIC" : "PRIVATE",
            id: .string(generator.hexID()),
            name: .string(index % 6 == 5 ? Self.oddNames[index / 6 % Self.oddNames.count] : "\(type)-\(index)"),
            type: .string(type),
            status: .string(status),
            createTime: .string(Timestamp.form(index, created, milliseconds: generator.number(0...999))),
            updateTime: .string(Timestamp.form(index + 3, updated, milliseconds: generator.number(0...999))),
            owner: Self.owner(&generator),
            errorCode: index % 3 == 0 ? nil : index % 3 == 1 ? .null : ""
        )
        switch index % 4 {
        case 0: endpoint.description = .string("Endpoint \(index)")
        case 1: endpoint.description = .null
        case 2:
            let version: JSONValue? = index % 8 == 2 ? nil : .string(SeededGenerator.hexID(of: index))
            endpoint.cap = ["cap_id": .string(generator.hexID()), "version_id": version]
        default: endpoint.caches = [["mnt_path": "/cache", "cache_ins_id": .string(generator.hexID())]]
        }
        if index % 17 == 16 {
            endpoint.reservedResource = .null
            endpoint.rayResource = .null
            endpoint.owner = ["domain_name": .null]
        } else {
            Self.addResources(to: &endpoint, type: type, omitsMax: index % 7 == 3, &generator)
        }
        if status.hasSuffix("_FAILED") {
            let failure = generator.pick(Self.failures)
            endpoint.errorCode = .string(failure.code)
            endpoint.errorMsg = .string(failure.message)
        }
        endpoint.isOthers = index % 25 == 24
        endpoint.modelIDs = type == "inference" ? [generator.hexID()] : []
        return endpoint
    }

    static func owner(_ generator: inout SeededGenerator) -> JSONValue {
        [
            "domain_name": "simulated-account", "domain_id": "0b5633ba2b904511ad514346f4d00001",
            "user_name": .string(generator.pick(["lin", "maria", "wei"])), "user_id": .string(generator.hexID()),
        ]
    }

    /// Adds the resources of an endpoint of `type`.
    static func addResources(
        to endpoint: inout SimulatedEndpoint, type: String, omitsMax: Bool, _ generator: inout SeededGenerator
    ) {
        func unit(_ spec: String, _ reserved: ClosedRange<Int>, isDPU: Bool) -> JSONValue {
            let reserved = generator.number(reserved)
            return [
                "spec_code": .string(spec), "warm_up_num": .int(reserved),
                "max_num": omitsMax ? nil : .int(reserved * generator.number(1...4)),
                "use_public_resource": isDPU && generator.chance(70) ? .bool(generator.chance(30)) : nil,
            ]
        }
        switch type {
        case "inference":
            let units: JSONValue = ["spec_code": "mu", "min": 0, "max": .int(generator.number(1...64))]
            endpoint.reservedResource = ["mu": units]
        case "sql": endpoint.reservedResource = ["dpu": unit("fabric.sql.dcu.std", 50...400, isDPU: true)]
        case "ray", "ray_service":
            let apu = unit(generator.pick(["a1x", "a2x"]), 1...16, isDPU: false)
            endpoint.reservedResource = ["apu": apu, "dpu": unit("d1x", 2...32, isDPU: true), "mu": .null]
            let groups = (0..<generator.number(1...3)).map { group -> JSONValue in
                let minimum = generator.number(0...8)
                return [
                    "name": group == 2 ? nil : .string("workers-\(group)"),
                    "spec_code": .string(generator.pick(["ray.d1x.4u16g", "ray.a1x.8u64g"])),
                    "min_replicas": .int(minimum), "max_replicas": .int(minimum + generator.number(1...16)),
                ]
            }
            endpoint.rayResource = [
                "head_group_spec": ["spec_code": "ray.head.4u16g"], "worker_group_spec": .array(groups),
            ]
        case "job", "container_job", "notebook":
            // The documentation also shows a DPU spec code under "apu".
            endpoint.reservedResource = ["apu": unit(generator.pick(["a1x", "dpu.d1x"]), 1...32, isDPU: false)]
        default: break
        }
    }
}
