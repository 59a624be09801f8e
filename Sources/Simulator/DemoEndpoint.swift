// SPDX-License-Identifier: Apache-2.0

/// An endpoint of the demo: its state at the start, and its scripted changes.
struct DemoEndpoint: Sendable {
    /// A reason of a failed status.
    struct Failure: Sendable {
        let code: String
        let message: String
    }

    /// A scripted change of status; nil removes the endpoint.
    struct Change: Sendable {
        let second: Int
        let status: String?
        let failure: Failure?
    }

    let name: String
    let type: String
    private(set) var description: String?
    let reservedResource: JSONValue?
    var rayResource: JSONValue?
    private(set) var status = "RUNNING"
    private(set) var failure: Failure?
    /// How long it has been in its status at the start, in seconds; nil for weeks.
    private(set) var secondsInStatus: Int?
    /// Whether it is PUBLIC and belongs to another tenant.
    private(set) var isPublic = false
    private(set) var changes: [Change] = []

    private init(_ name: String, _ type: String, _ reservedResource: JSONValue?) {
        self.name = name
        self.type = type
        self.reservedResource = reservedResource
    }

    /// A group of SQL compute, counted in DCU.
    static func sql(_ name: String, reserved: Int, max: Int) -> Self {
        var endpoint = Self(name, "sql", ["dpu": unit("fabric.sql.dcu.std", reserved, max, usesPublicResource: false)])
        endpoint.description = "Interactive queries and reports"
        return endpoint
    }

    /// A Ray cluster for jobs, or for Ray Serve if `serves` is set.
    static func ray(_ name: String, apu: Int, dpu: Int, serves: Bool = false) -> Self {
        let units: JSONValue = ["apu": apu > 0 ? unit("a1x", apu, 2 * apu) : nil, "dpu": unit("d1x", dpu, 2 * dpu)]
        var groups = [workers("cpu-workers", "ray.d1x.4u16g", min: dpu / 4, max: dpu / 2)]
        if apu > 0 { groups.append(workers("npu-workers", "ray.a1x.8u64g", min: apu, max: 2 * apu)) }
        var endpoint = Self(name, serves ? "ray_service" : "ray", units)
        endpoint.description = serves ? "Online inference with Ray Serve" : nil
        endpoint.rayResource = [
            "head_group_spec": ["spec_code": "ray.head.4u16g"], "worker_group_spec": .array(groups),
        ]
        return endpoint
    }

    /// An endpoint whose inference services take model units on demand.
    static func inference(_ name: String, max: Int) -> Self {
        Self(name, "inference", ["mu": ["spec_code": "mu", "min": 0, "max": .int(max)]])
    }

    /// An endpoint that accepts jobs.
    static func job(_ name: String, reserved: Int) -> Self {
        var endpoint = Self(name, "job", ["dpu": unit("d1x", reserved, 2 * reserved)])
        endpoint.description = "Scheduled batch jobs"
        return endpoint
    }

    private static func unit(
        _ spec: String, _ reserved: Int, _ max: Int, usesPublicResource: Bool? = nil
    ) -> JSONValue {
        [
            "spec_code": .string(spec), "warm_up_num": .int(reserved), "max_num": .int(max),
            "use_public_resource": usesPublicResource.map { .bool($0) },
        ]
    }

    private static func workers(_ name: String, _ spec: String, min: Int, max: Int) -> JSONValue {
        [
            "name": .string(name), "spec_code": .string(spec), "min_replicas": .int(min),
            "max_replicas": .int(Swift.max(1, max)),
        ]
    }

    /// Returns an endpoint that has been in `status` for `seconds`; nil for weeks.
    func has(_ status: String, for seconds: Int?, _ failure: Failure? = nil) -> Self {
        var endpoint = self
        (endpoint.status, endpoint.secondsInStatus, endpoint.failure) = (status, seconds, failure)
        return endpoint
    }

    /// Returns a PUBLIC endpoint of another tenant.
    func ofOtherTenant() -> Self {
        var endpoint = self
        endpoint.isPublic = true
        return endpoint
    }

    /// Returns an endpoint that changes to `status` after the start.
    func then(at second: Int, _ status: String, _ failure: Failure? = nil) -> Self {
        var endpoint = self
        endpoint.changes.append(Change(second: second, status: status, failure: failure))
        return endpoint
    }
}
