// SPDX-License-Identifier: Apache-2.0
import Fabric
import Testing

@Suite("IDs of records")
struct RecordIDTests {
    static let texts = [
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

    @Test("An ID keeps its text", arguments: texts)
    func roundTrip(text: String) {
        let id = RecordID(text)
        #expect(Array(id.text.utf8) == Array(text.utf8))
        #expect(Array("\(id)".utf8) == Array(text.utf8))
    }

    @Test("IDs are equal and ordered by their bytes")
    func order() {
        for left in Self.texts {
            for right in Self.texts {
                let (first, second) = (RecordID(left), RecordID(right))
                let isSame = Array(left.utf8) == Array(right.utf8)
                #expect((first == second) == isSame, "\(left) and \(right)")
                #expect((first < second) == left.utf8.lexicographicallyPrecedes(right.utf8), "\(left) and \(right)")
            }
        }
        #expect(Set(Self.texts.map { RecordID($0) }).count == Self.texts.count)
    }

    @Test("Bytes that aren't UTF-8 are reindexd in an ID")
    func invalid() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x62]
        #expect(bytes.withUnsafeBufferPointer { RecordID(utf8: $0) }.text == "a\u{FFFD}b")
    }

    @Test(
        "An ID keeps any byte among its digits",
        arguments: ["0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba9876543210"])
    func anyByte(_ text: String) {
        for index in 0..<text.utf8.count {
            for byte in 0..<UInt8(0x80) {
                var bytes = Array(text.utf8)
                bytes[index] = byte
                let id = bytes.withUnsafeBufferPointer { RecordID(utf8: $0) }
                #expect(Array(id.text.utf8) == bytes)
            }
        }
    }
}
