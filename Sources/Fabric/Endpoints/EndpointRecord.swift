// SPDX-License-Identifier: Apache-2.0
public import Base

/// One endpoint of a page. Its texts are borrowed from the page, so that decoding a row allocates nothing; they are
/// valid only until the next row is read.
public struct EndpointRecord {
    /// The endpoint's ID, never empty.
    public let id: RecordID
    /// The name; in v2 the display name, if there is one.
    public let name: BorrowedText
    /// The type, in v2 that of the engine, unchanged; empty counts as `unknown`.
    public let type: BorrowedText
    /// The status, unchanged; empty counts as ``EndpointStatus/unknown``.
    public let status: BorrowedText
    /// The visibility, unchanged; empty counts as `PRIVATE`. Always empty in v2.
    public let visibility: BorrowedText
    /// The description that its creator gave.
    public let description: BorrowedText
    /// The creation time.
    public let createTime: Timestamp?
    /// The time of the last change.
    public let updateTime: Timestamp?
    /// The owner's user name.
    public let ownerName: BorrowedText
    /// The owner's user ID.
    public let ownerID: BorrowedText
    /// The image package of a Ray endpoint.
    public let capID: BorrowedText
    /// The version of the image package.
    public let capVersionID: BorrowedText
    /// AI compute (APU).
    public let apu: Capacity?
    /// General compute (DPU).
    public let dpu: Capacity?
    /// Model units (MU).
    public let mu: Capacity?
    /// The Ray cluster's head and worker groups.
    public var ray: Ray?
    /// The error code; empty if there is none. Endpoints that have not failed may have one too.
    public let errorCode: BorrowedText
    /// The message of the error code.
    public let errorMessage: BorrowedText
    /// The ID of the compute pool that the endpoint runs on; v2 only.
    public let poolID: BorrowedText
    /// How the resources are paid for, such as `RESERVED`, unchanged; v2 only.
    public let resourceMode: BorrowedText
    /// The configured resources; v2 only.
    public let resources: Resources

    /// Capacity configured for an endpoint, in units of its kind. This is not the capacity in use.
    public struct Capacity {
        /// The opaque specification code.
        public let specCode: BorrowedText
        /// Reserved units (`warm_up_num`, `mu.min`).
        public let reserved: Int64
        /// Maximum units (`max_num`, `mu.max`).
        public let maximum: Int64
        /// Whether the endpoint may also use public resources; only for DPU.
        public let usesPublicResource: Bool

        /// Creates a capacity.
        @inlinable
        public init(specCode: BorrowedText, reserved: Int64, maximum: Int64, usesPublicResource: Bool = false) {
            self.specCode = specCode
            self.reserved = reserved
            self.maximum = maximum
            self.usesPublicResource = usesPublicResource
        }
    }

    /// The head and worker groups of a Ray cluster.
    public struct Ray {
        /// Whether there is a head group.
        public let hasHead: Bool
        /// The head group's specification code.
        public let headSpecCode: BorrowedText
        /// The worker groups in the order of the page, as minimum and maximum replicas.
        public var workers: Workers
    }

    /// A resource of an endpoint of v2.
    public struct Resource {
        /// The name, such as `CPU`, unchanged.
        public let name: BorrowedText
        /// The minimum, as reserved units, and the maximum, in cores or cards.
        public let capacity: Capacity
    }

    /// The resources in the order of the page, decoded lazily, because a row can have very many.
    public struct Resources: Sequence {
        let parser: OpaquePointer
    }

    /// Worker groups, decoded lazily, because a row can have very many.
    public struct Workers: Sequence {
        let parser: OpaquePointer
    }
}
