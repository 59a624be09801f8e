// SPDX-License-Identifier: Apache-2.0
public import FabricModel

/// One endpoint as one listing showed it, for tests to write down and compare: unlike an `EndpointRecord` it owns its texts.
/// What was absent, null or of a wrong type is nil or the documented default.
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

extension EndpointRow {
    /// What `record` says.
    public init(_ record: EndpointRecord) {
        self.init(
            id: record.id, name: record.name.string, type: Word(record.type) ?? "unknown",
            status: Word(record.status).map { EndpointStatus($0) } ?? .unknown,
            visibility: Word(record.visibility) ?? "PRIVATE", createTime: record.createTime,
            updateTime: record.updateTime, apu: record.apu.map { ReservedCapacity($0) },
            dpu: record.dpu.map { ReservedCapacity($0) }, mu: record.mu.map { ReservedCapacity($0) },
            ray: record.ray.map { RayCluster($0) }, errorCode: Word(record.errorCode),
            errorMessage: record.errorMessage.string)
    }

    /// Hands `body` the row as a page would show it.
    public func withRecord<Result>(_ body: (EndpointRecord) -> Result) -> Result {
        var page = WrittenPage()
        func write(_ capacity: ReservedCapacity?) -> WrittenPage.Capacity? { capacity.map { page.write($0) } }
        let (name, type, status) = (page.write(name), page.write(self.type.text), page.write(status.rawValue))
        let (visibility, code, message) = (
            page.write(visibility.text), page.write(errorCode?.text), page.write(errorMessage)
        )
        let (apu, dpu, mu) = (write(apu), write(dpu), write(mu))
        let head = page.write(ray?.headSpecCode?.text)
        let workers = (ray?.workers ?? []).map {
            page.write(ReservedCapacity(specCode: $0.specCode, reserved: $0.minimum, maximum: $0.maximum))
        }
        return page.bytes.withUnsafeBufferPointer { bytes in
            func text(_ range: Range<Int>) -> PageText { PageText(UnsafeBufferPointer(rebasing: bytes[range])) }
            func read(_ capacity: WrittenPage.Capacity) -> EndpointRecord.Capacity {
                EndpointRecord.Capacity(
                    specCode: text(capacity.specCode), reserved: capacity.amounts.reserved,
                    maximum: capacity.amounts.maximum, usesPublicResource: capacity.amounts.usesPublicResource)
            }
            var record = EndpointRecord(id: id)
            (record.name, record.type, record.status) = (text(name), text(type), text(status))
            (record.visibility, record.errorCode, record.errorMessage) = (text(visibility), text(code), text(message))
            (record.createTime, record.updateTime) = (createTime, updateTime)
            (record.apu, record.dpu, record.mu) = (apu.map(read), dpu.map(read), mu.map(read))
            return workers.map(read).withUnsafeBufferPointer { workers in
                record.ray = ray.map {
                    EndpointRecord.Ray(hasHead: $0.hasHead, headSpecCode: text(head), workers: workers)
                }
                return body(record)
            }
        }
    }
}

/// The texts of a row, one after the other.
private struct WrittenPage {
    struct Capacity {
        var specCode: Range<Int>
        var amounts: ReservedCapacity
    }

    private(set) var bytes: [UInt8] = []

    mutating func write(_ text: String?) -> Range<Int> {
        let start = bytes.count
        bytes += (text ?? "").utf8
        return start..<bytes.count
    }

    mutating func write(_ capacity: ReservedCapacity) -> Capacity {
        Capacity(specCode: write(capacity.specCode?.text), amounts: capacity)
    }
}

extension Word {
    /// The word that `text` spells; nil where there is none.
    fileprivate init?(_ text: PageText) {
        if text.isEmpty { return nil }
        self.init(utf8: text.bytes)
    }
}

extension ReservedCapacity {
    fileprivate init(_ capacity: EndpointRecord.Capacity) {
        self.init(
            specCode: Word(capacity.specCode), reserved: capacity.reserved, maximum: capacity.maximum,
            usesPublicResource: capacity.usesPublicResource)
    }
}

extension RayCluster {
    fileprivate init(_ ray: EndpointRecord.Ray) {
        self.init(
            hasHead: ray.hasHead, headSpecCode: Word(ray.headSpecCode),
            workers: ray.workers.map {
                WorkerGroup(specCode: Word($0.specCode), minimum: $0.reserved, maximum: $0.maximum)
            })
    }
}
