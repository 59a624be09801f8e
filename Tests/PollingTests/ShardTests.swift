// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Base
@testable import Polling

@Suite("Shards")
struct ShardTests {
    /// Returns ids in the format of workspace ids.
    private static func ids(_ count: Int) -> [String] {
        (0..<count).map { index in
            let digits = String(UInt64(index) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
            return "e935d0ef-f4eb-4b95-aff1-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
        }
    }

    private static func owners(_ id: String, of total: Int) -> [Int] {
        (0..<total).filter { Shard(ordinal: $0, total: total)?.owns(id) ?? false }
    }

    @Test(
        "Weights and owners are those documented in docs/sharding.md",
        arguments: [
            ("e935d0ef-f4eb-4b95-aff1-9d33ae9f57a6", 0xABFF_926A_4EDB_15C8, 0xABE2_007B_1885_2D47, [0, 1, 1, 3, 8]),
            ("w1", 0x08CB_8707_B56D_7B05, 0x0E24_5BB8_88C4_7A03, [0, 1, 1, 1, 9]),
            ("A", 0xAF63_FC4C_8602_22EC, 0x1FCD_1AC0_7BB3_0C63, [0, 1, 1, 1, 1]),
        ] as [(String, UInt64, UInt64, [Int])])
    func vectors(id: String, hash: UInt64, first: UInt64, owners: [Int]) {
        #expect(StableHash.fnv1a(id) == hash)
        #expect(Shard.weight(seed: hash, shard: 0) == first)
        #expect([1, 2, 3, 4, 10].map { Shard.owner(of: id, total: $0) } == owners)
    }

    @Test("Every workspace has exactly one shard, and each shard has its share within 50%", arguments: [3, 4])
    func exactlyOne(total: Int) throws {
        var sizes = [Int](repeating: 0, count: total)
        for id in Self.ids(120) {
            let owners = Self.owners(id, of: total)
            try #require(owners.count == 1)
            sizes[owners[0]] += 1
        }
        let share = 120 / total
        #expect(sizes.allSatisfy { (share / 2...share * 3 / 2).contains($0) }, "\(sizes)")
    }

    @Test("Many workspaces are distributed evenly within 5%", arguments: [2, 3, 7, 10])
    func evenly(total: Int) {
        var sizes = [Int](repeating: 0, count: total)
        for id in Self.ids(40_000) { sizes[Shard.owner(of: id, total: total)] += 1 }
        let share = 40_000 / total
        #expect(sizes.allSatisfy { abs($0 - share) < share / 20 }, "\(sizes)")
    }

    @Test("An additional shard takes its share from the others and moves nothing between them", arguments: 1...9)
    func growth(total: Int) {
        var moved = 0
        for id in Self.ids(5_000) {
            let (before, after) = (Shard.owner(of: id, total: total), Shard.owner(of: id, total: total + 1))
            if before != after {
                #expect(after == total)
                moved += 1
            }
        }
        let share = 5_000 / (total + 1)
        #expect((share * 4 / 5...share * 6 / 5).contains(moved))
    }

    @Test("Indices and totals out of range are rejected")
    func bounds() {
        for (ordinal, total) in [(0, 0), (-1, 3), (3, 3), (0, -1), (0, Shard.maximumTotal + 1)] {
            #expect(Shard(ordinal: ordinal, total: total) == nil)
        }
        #expect(Shard(ordinal: 0, total: 1) == Shard.whole)
        #expect(Shard(ordinal: Shard.maximumTotal - 1, total: Shard.maximumTotal) != nil)
    }
}
