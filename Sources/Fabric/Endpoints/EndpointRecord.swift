// SPDX-License-Identifier: Apache-2.0
public import Base

/// One endpoint of a page. Its texts are borrowed from the page, so that decoding a row allocates nothing; they are
/// valid only until the next row is read.
public struct EndpointRecord {
    /// The endpoint's ID, never empty.
    public var id: RecordID
    /// The name.
    public var name = BorrowedText.none
    /// The type, unchanged; empty counts as `unknown`.
    public var type = BorrowedText.none
    /// The status, unchanged; empty counts as ``EndpointStatus/unknown``.
    public var status = BorrowedText.none
    /// The visibility, unchanged; empty counts as `PRIVATE`.
    public var visibility = BorrowedText.none
    /// The creation time.
    public var createTime: Timestamp?
    /// The time of the last change.
    public var updateTime: Timestamp?
    /// The owner's user name.
    public var ownerName = BorrowedText.none
    /// The owner's user ID.
    public var ownerID = BorrowedText.none
    /// The image package of a Ray endpoint.
    public var capID = BorrowedText.none
    /// The version of the image package.
    public var capVersionID = BorrowedText.none
    /// AI compute (APU).
    public var apu: Capacity?
    /// General compute (DPU).
    public var dpu: Capacity?
    /// Model units (MU).
    public var mu: Capacity?
    /// The Ray cluster's head and worker groups.
    public var ray: Ray?
    /// The error code of a failed endpoint.
    public var errorCode = BorrowedText.none
    /// The error message of a failed endpoint.
    public var errorMessage = BorrowedText.none

    /// Capacity configured for an endpoint, in units of its kind. This is not the capacity in use.
    public struct Capacity {
        /// The opaque specification code.
        public var specCode: BorrowedText
        /// Reserved units (`warm_up_num`, `mu.min`).
        public var reserved: Int64
        /// Maximum units (`max_num`, `mu.max`).
        public var maximum: Int64
        /// Whether the endpoint may also use public resources; only for DPU.
        public var usesPublicResource: Bool

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
        public var hasHead: Bool
        /// The head group's specification code.
        public var headSpecCode: BorrowedText
        /// The worker groups in the order of the page, as minimum and maximum replicas. Decoded lazily, because a row
        /// can have very many.
        public var workers: AnySequence<Capacity>
    }
}
