// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import FabricModel

@Suite("Ids, numbered")
struct EndpointIDTableTests {
    /// Of every spelling, those that differ in a dash alone among them.
    private static let ids: [EndpointID] =
        (0..<2_000).map { number in
            let digits = String(number, radix: 16)
            let text = String(repeating: "0", count: 32 - digits.count) + digits
            return EndpointID(String(text.reversed()))
        } + [
            EndpointID("11111111222233334444555555555555"), EndpointID("11111111-2222-3333-4444-555555555555"),
            EndpointID("a"), EndpointID("b"), EndpointID("端点"), EndpointID("00000000-0000-0000-0000-000000000000"),
        ]

    @Test("Each id is new once, and numbered in the order in which it came", arguments: [0, 10, 5_000])
    func numbers(reserved: Int) {
        var table = EndpointIDTable()
        table.reserveCapacity(reserved)
        for (number, id) in Self.ids.enumerated() {
            #expect(table.number(of: id) == nil)
            #expect(table.insert(id) == (number, true))
        }
        for (number, id) in Self.ids.enumerated() {
            #expect(table.insert(id) == (number, false))
            #expect(table.number(of: id) == number)
        }
        #expect(table.count == Self.ids.count)
        #expect(table.number(of: EndpointID("c")) == nil)
    }

    @Test("Tables are equal if they hold the same ids, in whatever order")
    func equality() {
        func table(_ ids: some Sequence<EndpointID>) -> EndpointIDTable {
            var table = EndpointIDTable()
            for id in ids { _ = table.insert(id) }
            return table
        }
        let whole = table(Self.ids)
        #expect(whole == table(Self.ids[..<2_000].reversed() + Self.ids[2_000...].reversed()))
        // The first id says which spelling is the usual one, here the other.
        let reversed = table(Self.ids.reversed())
        #expect(whole == reversed && reversed == whole)
        #expect(reversed != table(Self.ids.dropFirst() + [EndpointID("ffffffffffffffffffffffffffffffff")]))
        var trimmed = whole
        trimmed.trim()
        #expect(trimmed == whole && trimmed.number(of: Self.ids[7]) == 7)
        #expect(whole != table(Self.ids.dropLast()))
        #expect(whole != table(Self.ids.dropFirst()))
        #expect(whole != table(Self.ids.dropLast() + [EndpointID("c")]))
        #expect(whole != table(Self.ids.dropFirst() + [EndpointID("ffffffffffffffffffffffffffffffff")]))
        #expect(table([]) == table([]))
        #expect(table([Self.ids[2_000]]) != table([Self.ids[2_001]]))
    }
}

@Suite("Ids and numbers, packed")
struct PackingTests {
    @Test(
        "An id is read as it was written",
        arguments: ["0123456789abcdeffedcba9876543210", "11111111-2222-3333-4444-555555555555", "x", "端点"])
    func ids(_ text: String) {
        var bytes: [UInt8] = []
        EndpointID(text).pack(63, into: &bytes)
        bytes.withUnsafeBufferPointer { bytes in
            var reader = PackedReader(bytes)
            var flags: UInt8 = 0
            #expect(EndpointID(unpacking: &reader, &flags) == EndpointID(text))
            #expect(flags == 63)
            #expect(reader.isAtEnd)
        }
        #expect(EndpointID(text).withText { String(decoding: $0, as: UTF8.self) } == text)
    }

    @Test(
        "A number is read as it was written",
        arguments: [0, 1, -1, 63, 64, -65, 127, 128, 1 << 40, .max, .min] as [Int64])
    func numbers(_ number: Int64) {
        var bytes: [UInt8] = []
        bytes.appendSigned(number)
        bytes.appendNumber(UInt64(bitPattern: number))
        bytes.withUnsafeBufferPointer { bytes in
            var reader = PackedReader(bytes)
            #expect(reader.signed() == number)
            #expect(reader.number() == UInt64(bitPattern: number))
            #expect(reader.isAtEnd)
        }
    }
}
