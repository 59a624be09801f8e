// SPDX-License-Identifier: Apache-2.0

/// `reserved_resource` of an endpoint.
public struct SimulatedReservedResource: Sendable {
    /// `apu`.
    public var apu: Field<SimulatedUnit>
    /// `dpu`.
    public var dpu: Field<SimulatedUnit>
    /// `mu`.
    public var mu: Field<SimulatedModelUnits>

    /// Resources; what is not given is absent.
    public init(
        apu: Field<SimulatedUnit> = .absent,
        dpu: Field<SimulatedUnit> = .absent,
        mu: Field<SimulatedModelUnits> = .absent
    ) {
        self.apu = apu
        self.dpu = dpu
        self.mu = mu
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("apu", apu, \.json)
        object.add("dpu", dpu, \.json)
        object.add("mu", mu, \.json)
        return object.json
    }
}

/// `apu` or `dpu`: capacity kept warm and its ceiling.
public struct SimulatedUnit: Sendable {
    /// `spec_code`.
    public var specCode: Field<String>
    /// `warm_up_num`.
    public var warmUpNum: Field<Int>
    /// `max_num`.
    public var maxNum: Field<Int>
    /// `use_public_resource`; only `dpu` has it.
    public var usePublicResource: Field<Bool>

    /// Capacity; what is not given is absent.
    public init(
        specCode: Field<String> = .absent,
        warmUpNum: Field<Int> = .absent,
        maxNum: Field<Int> = .absent,
        usePublicResource: Field<Bool> = .absent
    ) {
        self.specCode = specCode
        self.warmUpNum = warmUpNum
        self.maxNum = maxNum
        self.usePublicResource = usePublicResource
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("spec_code", specCode)
        object.add("warm_up_num", warmUpNum)
        object.add("max_num", maxNum)
        object.add("use_public_resource", usePublicResource)
        return object.json
    }
}

/// `mu`: model units.
public struct SimulatedModelUnits: Sendable {
    /// `spec_code`.
    public var specCode: Field<String>
    /// `min`.
    public var min: Field<Int>
    /// `max`.
    public var max: Field<Int>

    /// Model units; what is not given is absent.
    public init(specCode: Field<String> = .absent, min: Field<Int> = .absent, max: Field<Int> = .absent) {
        self.specCode = specCode
        self.min = min
        self.max = max
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("spec_code", specCode)
        object.add("min", min)
        object.add("max", max)
        return object.json
    }
}

/// `ray_resource` of an endpoint.
public struct SimulatedRayResource: Sendable {
    /// `spec_code` of `head_group_spec`; where absent or null, the whole `head_group_spec` is.
    public var headSpecCode: Field<String>
    /// `worker_group_spec`.
    public var workers: Field<[SimulatedWorkerGroup]>

    /// A cluster; what is not given is absent.
    public init(headSpecCode: Field<String> = .absent, workers: Field<[SimulatedWorkerGroup]> = .absent) {
        self.headSpecCode = headSpecCode
        self.workers = workers
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("head_group_spec", headSpecCode) { .object([("spec_code", .string($0))]) }
        object.add("worker_group_spec", workers) { .array($0.map(\.json)) }
        return object.json
    }
}

/// One element of `worker_group_spec`.
public struct SimulatedWorkerGroup: Sendable {
    /// `name`.
    public var name: Field<String>
    /// `spec_code`.
    public var specCode: Field<String>
    /// `min_replicas`.
    public var minReplicas: Field<Int>
    /// `max_replicas`.
    public var maxReplicas: Field<Int>

    /// A group; what is not given is absent.
    public init(
        name: Field<String> = .absent,
        specCode: Field<String> = .absent,
        minReplicas: Field<Int> = .absent,
        maxReplicas: Field<Int> = .absent
    ) {
        self.name = name
        self.specCode = specCode
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("name", name)
        object.add("spec_code", specCode)
        object.add("min_replicas", minReplicas)
        object.add("max_replicas", maxReplicas)
        return object.json
    }
}

/// One element of `caches`.
public struct SimulatedCache: Sendable {
    /// `mnt_path`.
    public var mntPath: Field<String>
    /// `cache_ins_id`.
    public var cacheInsID: Field<String>

    /// A cache; what is not given is absent.
    public init(mntPath: Field<String> = .absent, cacheInsID: Field<String> = .absent) {
        self.mntPath = mntPath
        self.cacheInsID = cacheInsID
    }

    var json: JSONValue {
        var object = ObjectBuilder()
        object.add("mnt_path", mntPath)
        object.add("cache_ins_id", cacheInsID)
        return object.json
    }
}
