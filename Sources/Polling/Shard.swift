// SPDX-License-Identifier: Apache-2.0
internal import Base

/// One of several exporters that share the workspaces by rendezvous hashing: each workspace belongs to the shard with
/// the highest weight for it. An additional shard takes over workspaces from the others and moves none between them.
/// `docs/sharding.md` documents the weights.
public struct Shard: Sendable, Hashable {
    /// The maximum number of shards; more is taken for a typo.
    public static let maximumTotal = 1_000

    /// The only shard, if workspaces are not sharded.
    public static let whole = Shard(unchecked: 0, of: 1)

    /// The index of the shard: 0..<``total``.
    public let ordinal: Int
    /// The number of shards.
    public let total: Int

    /// Creates shard `ordinal` of `total`; nil if either is out of range.
    public init?(ordinal: Int, total: Int) {
        guard (1...Self.maximumTotal).contains(total), (0..<total).contains(ordinal) else { return nil }
        self.init(unchecked: ordinal, of: total)
    }

    private init(unchecked ordinal: Int, of total: Int) {
        self.ordinal = ordinal
        self.total = total
    }

    /// Returns whether a workspace belongs to this shard.
    public func owns(_ workspaceID: String) -> Bool {
        total == 1 || Self.owner(of: workspaceID, total: total) == ordinal
    }

    /// Returns the shard with the highest weight for a workspace; the first one if weights are equal.
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

    /// Returns the weight of a shard for a workspace: the `shard`-th number, from 0, of SplitMix64 seeded with the id's
    /// hash.
    static func weight(seed: UInt64, shard: Int) -> UInt64 {
        var weight = seed &+ (UInt64(shard) + 1) &* 0x9E37_79B9_7F4A_7C15
        weight = (weight ^ (weight >> 30)) &* 0xBF58_476D_1CE4_E5B9
        weight = (weight ^ (weight >> 27)) &* 0x94D0_49BB_1331_11EB
        return weight ^ (weight >> 31)
    }
}
