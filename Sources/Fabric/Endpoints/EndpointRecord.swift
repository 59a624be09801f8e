// SPDX-License-Identifier: Apache-2.0
public import Base

/// One endpoint as a page shows it, while that page is at hand: its texts stand in the page. Made for each row of each
/// page, so it owns nothing.
public struct EndpointRecord {
    /// The endpoint's id, never empty.
    public var id: RecordID
    /// The name.
    public var name = PageText.none
    /// The type as it came; one without counts as `unknown`.
    public var type = PageText.none
    /// The status as it came; one without counts as ``EndpointStatus/unknown``.
    public var status = PageText.none
    /// The visibility as it came; one without counts as `PRIVATE`.
    public var visibility = PageText.none
    /// When it was made.
    public var createTime: Timestamp?
    /// When it was last changed.
    public var updateTime: Timestamp?
    /// The name of the user who owns it.
    public var ownerName = PageText.none
    /// The id of that user.
    public var ownerID = PageText.none
    /// The image package of a Ray endpoint.
    public var capID = PageText.none
    /// The version of that package.
    public var capVersionID = PageText.none
    /// Reserved AI compute (APU).
    public var apu: Capacity?
    /// Reserved general compute (DPU).
    public var dpu: Capacity?
    /// Reserved model units (MU).
    public var mu: Capacity?
    /// The Ray cluster's shape.
    public var ray: Ray?
    /// Why the endpoint failed.
    public var errorCode = PageText.none
    /// The same in words.
    public var errorMessage = PageText.none

    /// Capacity configured for an endpoint, in the unit of its kind; never the amount in use.
    public struct Capacity {
        /// The opaque specification code.
        public var specCode: PageText
        /// Units kept ready (`warm_up_num`, `mu.min`).
        public var reserved: Int64
        /// The ceiling (`max_num`, `mu.max`).
        public var maximum: Int64
        /// Whether it may spill to the public resource; only DPU has it.
        public var usesPublicResource: Bool

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
        public var hasHead: Bool
        /// The head group's specification code.
        public var headSpecCode: PageText
        /// The worker groups, in the order they came: replicas, at least and at most. Read one by one, because a row can
        /// have very many.
        public var workers: AnySequence<Capacity>
    }
}
