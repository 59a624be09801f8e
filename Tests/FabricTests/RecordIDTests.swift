// SPDX-License-Identifier: Apache-2.0
import Fabric
import Testing

@Suite("Ids of endpoints")
struct RecordIDTests {
    static let spellings = [
        "0123456789abcdeffedcba9876543210",
        "00000000000000000000000000000000",
        "ffffffffffffffffffffffffffffffff",
        "01234567-89ab-cdef-fedc-ba9876543210",
        "00000000-0000-0000-0000-000000000000",
        "0123456789ABCDEFFEDCBA9876543210",
        "01234567-89AB-CDEF-FEDC-BA9876543210",
        "0123456789abcdeffedcba987654321",
        "0123456789abcdeffedcba98765432100",
        "0123456789abcdeffedcba987654321g",
        "0123456789abcdeffedcba98765432-0",
        "012345678-9ab-cdef-fedc-ba9876543210",
        "01234567-89ab-cdef-fedc-ba987654321-",
        "01234567+89ab-cdef-fedc-ba9876543210",
        "xxxxx", "x", "", " ", "a\"b\\c\nd", "端点", "\u{FFFD}", "é", "e\u{301}",
        "0123456789abcdeffedcba98765432é",
    ]

    @Test("An id is spelled as it came", arguments: spellings)
    func roundTrip(spelling: String) {
        let id = RecordID(spelling)
        #expect(Array(id.text.utf8) == Array(spelling.utf8))
        #expect(Array("\(id)".utf8) == Array(spelling.utf8))
    }

    @Test("Ids are equal where their bytes are, and ordered as their bytes are")
    func order() {
        for left in Self.spellings {
            for right in Self.spellings {
                let (first, second) = (RecordID(left), RecordID(right))
                let isSame = Array(left.utf8) == Array(right.utf8)
                #expect((first == second) == isSame, "\(left) and \(right)")
                #expect((first < second) == left.utf8.lexicographicallyPrecedes(right.utf8), "\(left) and \(right)")
            }
        }
        #expect(Set(Self.spellings.map { RecordID($0) }).count == Self.spellings.count)
    }

    @Test("Bytes that are no UTF-8 still make an id")
    func invalid() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x62]
        #expect(bytes.withUnsafeBufferPointer { RecordID(utf8: $0) }.text == "a\u{FFFD}b")
    }

    @Test(
        "Whatever byte stands among its digits, an id gives it back",
        arguments: ["0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba9876543210"])
    func anyByte(_ text: String) {
        for place in 0..<text.utf8.count {
            for byte in 0..<UInt8(0x80) {
                var bytes = Array(text.utf8)
                bytes[place] = byte
                let id = bytes.withUnsafeBufferPointer { RecordID(utf8: $0) }
                #expect(Array(id.text.utf8) == bytes)
            }
        }
    }
}
