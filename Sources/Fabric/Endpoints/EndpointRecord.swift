// SPDX-License-Identifier: Apache-2.0
public import Base

/// One endpoint as a page shows it, while that page is at hand: its texts stand in the page. Made for each row of each
/// page, so it owns nothing.
public struct EndpointRecord {
    /// The endpoint's id, never empty.
    public let id: RecordID
    /// The name.
    public let name: PageText
    /// The type as it came; one without counts as `unknown`.
    public let type: PageText
    /// The status as it came; one without counts as ``EndpointStatus/unknown``.
    public let status: PageText
    /// The visibility as it came; one without counts as `PRIVATE`.
    public let visibility: PageText
    /// When it was made.
    public let createTime: Timestamp?
    /// When it was last changed.
    public let updateTime: Timestamp?
    /// The name of the user who owns it.
    public let ownerName: PageText
    /// The id of that user.
    public let ownerID: PageText
    /// The image package of a Ray endpoint.
    public let capID: PageText
    /// The version of that package.
    public let capVersionID: PageText
    /// Reserved AI compute (APU).
    public let apu: Capacity?
    /// Reserved general compute (DPU).
    public let dpu: Capacity?
    /// Reserved model units (MU).
    public let mu: Capacity?
    /// The Ray cluster's shape.
    public let ray: Ray?
    /// Why the endpoint failed.
    public let errorCode: PageText
    /// The same in words.
    public let errorMessage: PageText

    /// Capacity configured for an endpoint, in the unit of its kind; never the amount in use.
    public struct Capacity {
        /// The opaque specification code.
        public let specCode: PageText
        /// Units kept ready (`warm_up_num`, `mu.min`).
        public let reserved: Int64
        /// The ceiling (`max_num`, `mu.max`).
        public let maximum: Int64
        /// Whether it may spill to the public resource; only DPU has it.
        public let usesPublicResource: Bool

        /// Capacity of these amounts.
        @inlinable
        public init(specCode: PageText, reserved: Int64, maximum: Int64, usesPublicResource: Bool = false) {
            self.specCode = specCode
            self.reserved = reserved
            self.maximum = maximum
            self.usesPublicResource = usesPublicResource
        }
    }

    /// The shape of a Ray cluster.
    public struct Ray {
        /// Whether there is a head group.
        public let hasHead: Bool
        /// The head group's specification code.
        public let headSpecCode: PageText
        /// The worker groups, in the order they came: replicas, at least and at most. Read one by one, because a row can
        /// have very many.
        public let workers: AnySequence<Capacity>
    }
}
