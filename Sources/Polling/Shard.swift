// SPDX-License-Identifier: Apache-2.0
internal import Base

/// One of several exporters that divide the workspaces among them by rendezvous hashing: every workspace belongs to the
/// shard that has the highest weight for it, so that each belongs to exactly one, and one more shard takes workspaces
/// from the others and moves none between them. `docs/sharding.md` writes the weights down for others to compute.
public struct Shard: Sendable, Hashable {
    /// More shards than these are a slip of the pen.
    public static let most = 1_000

    /// The one shard that everything belongs to.
    public static let whole = Shard(unchecked: 0, of: 1)

    /// Which one, from 0 up to, not including, ``total``.
    public let ordinal: Int
    /// How many there are.
    public let total: Int

    /// Shard `ordinal` of `total`; nil when there is no such.
    public init?(ordinal: Int, total: Int) {
        guard (1...Self.most).contains(total), (0..<total).contains(ordinal) else { return nil }
        self.init(unchecked: ordinal, of: total)
    }

    private init(unchecked ordinal: Int, of total: Int) {
        self.ordinal = ordinal
        self.total = total
    }

    /// Whether the workspace of this id is this shard's.
    public func owns(_ workspaceID: String) -> Bool {
        total == 1 || Self.owner(of: workspaceID, total: total) == ordinal
    }

    /// The shard of `total` that has the highest weight for a workspace; the first of them, where weights are equal.
    static func owner(of workspaceID: String, total: Int) -> Int {
        let seed = StableHash.fnv1a(workspaceID)
        var owner = 0
        var highest = weight(seed: seed, shard: 0)
        for shard in 1..<max(1, total) {
            let weight = weight(seed: seed, shard: shard)
            if weight > highest { (owner, highest) = (shard, weight) }
        }
        return owner
    }

    /// The weight of a shard for a workspace: the `shard`-th number, from 0, of SplitMix64 seeded by the id's hash.
    static func weight(seed: UInt64, shard: Int) -> UInt64 {
        var weight = seed &+ (UInt64(shard) + 1) &* 0x9E37_79B9_7F4A_7C15
        weight = (weight ^ (weight >> 30)) &* 0xBF58_476D_1CE4_E5B9
        weight = (weight ^ (weight >> 27)) &* 0x94D0_49BB_1331_11EB
        return weight ^ (weight >> 31)
    }
}
