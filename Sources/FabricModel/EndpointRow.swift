// SPDX-License-Identifier: Apache-2.0

/// One endpoint as one listing showed it; what was absent, null or of a wrong type is nil or the documented default.
public struct EndpointRow: Sendable, Equatable {
    /// The endpoint's id, never empty.
    public var id: EndpointID
    /// The name, nil where there is none.
    public var name: String?
    /// The type as it came; `unknown` where there is none.
    public var type: Word
    /// The status as it came.
    public var status: EndpointStatus
    /// The visibility as it came; `PRIVATE` where there is none.
    public var visibility: Word
    /// When it was made.
    public var createTime: Timestamp?
    /// When it was last changed.
    public var updateTime: Timestamp?
    /// Reserved AI compute (APU).
    public var apu: ReservedCapacity?
    /// Reserved general compute (DPU).
    public var dpu: ReservedCapacity?
    /// Reserved model units (MU).
    public var mu: ReservedCapacity?
    /// The Ray cluster's shape.
    public var ray: RayCluster?
    /// Why the endpoint failed; never empty.
    public var errorCode: Word?
    /// The same in words.
    public var errorMessage: String?

    /// An endpoint with `id` and the defaults of everything else.
    public init(
        id: EndpointID,
        name: String? = nil,
        type: Word = "unknown",
        status: EndpointStatus = .unknown,
        visibility: Word = "PRIVATE",
        createTime: Timestamp? = nil,
        updateTime: Timestamp? = nil,
        apu: ReservedCapacity? = nil,
        dpu: ReservedCapacity? = nil,
        mu: ReservedCapacity? = nil,
        ray: RayCluster? = nil,
        errorCode: Word? = nil,
        errorMessage: String? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.status = status
        self.visibility = visibility
        self.createTime = createTime
        self.updateTime = updateTime
        self.apu = apu
        self.dpu = dpu
        self.mu = mu
        self.ray = ray
        self.errorCode = errorCode
        self.errorMessage = errorMessage
    }
}

/// Capacity configured for an endpoint, in the unit of its kind; never the amount in use.
public struct ReservedCapacity: Sendable, Equatable {
    /// The opaque specification code, nil where there is none.
    public var specCode: Word?
    /// Units kept ready (`warm_up_num`, `mu.min`).
    public var reserved: Int64
    /// The ceiling (`max_num`, `mu.max`).
    public var maximum: Int64
    /// Whether it may spill to the public resource; only DPU has it.
    public var usesPublicResource: Bool

    /// Capacity of these amounts.
    public init(specCode: Word?, reserved: Int64, maximum: Int64, usesPublicResource: Bool = false) {
        self.specCode = specCode
        self.reserved = reserved
        self.maximum = maximum
        self.usesPublicResource = usesPublicResource
    }
}

/// The shape of a Ray cluster.
public struct RayCluster: Sendable, Equatable {
    /// A group of like workers.
    public struct WorkerGroup: Sendable, Equatable {
        /// The opaque specification code, nil where there is none.
        public var specCode: Word?
        /// The fewest replicas.
        public var minimum: Int64
        /// The most replicas.
        public var maximum: Int64

        /// A group of these sizes.
        public init(specCode: Word?, minimum: Int64, maximum: Int64) {
            self.specCode = specCode
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// Whether there is a head group.
    public var hasHead: Bool
    /// The head group's specification code.
    public var headSpecCode: Word?
    /// The worker groups, in the order they came.
    public var workers: [WorkerGroup]

    /// A cluster of this shape.
    public init(hasHead: Bool, headSpecCode: Word?, workers: [WorkerGroup]) {
        self.hasHead = hasHead
        self.headSpecCode = headSpecCode
        self.workers = workers
    }
}
