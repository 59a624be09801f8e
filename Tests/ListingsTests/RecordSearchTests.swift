// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Search in records")
struct RecordSearchTests {
    static let cases: [(text: String, other: String, isFound: Bool)] = [
        ("", "", true), ("", "anything", true), ("a", "", false), ("abc", "ab", false), ("abc", "abc", true),
        ("ABC", "xxabcx", true), ("abc", "xxABC", true), ("aab", "aaab", true), ("a b", "A B", true),
        ("@", "`", false), ("[", "{", false), ("数据", "离线数据平台", true), ("数仓", "离线数据平台", false),
        ("平台", "sql-平台", true), ("Ü", "grün", true), ("ü", "GRÜN", true), ("grÜn", "GRÜN", true), ("ü", "grun", false),
        ("ж", "ИЖ", true), ("😀", "a😀b", true),
    ]

    @Test(arguments: cases)
    func `A text is found in any case`(text: String, other: String, isFound: Bool) {
        let search = RecordSearch(text)
        var other = other
        #expect(other.withUTF8 { search.matches(UnsafeRawBufferPointer($0)) } == isFound)
    }

    private static let uuid = "0c4f5a1e-3c0f-4a53-8c86-2f0f6f0f8f11"

    static let queries: [(text: String, ids: [String])] = [
        ("lin", ["owned"]), ("LIN", ["owned"]), ("U-77", ["owned"]), (uuid, [uuid]), (uuid.uppercased(), [uuid]),
        ("4a53-8C86", [uuid]), ("d00001", ["0b5633ba2b904511ad514346f4d00001"]), ("f4-d0", []), ("报表", ["named"]),
        ("NAME-", ["owned", uuid, "0b5633ba2b904511ad514346f4d00001"]), ("named", ["named"]),
        // Only within one field, and not in others.
        ("linu-77", []), ("described", []), ("running", []),
    ]

    @Test(arguments: queries)
    func `Name, id, owner and owner id are searched`(text: String, ids: [String]) {
        var workspace = ListedWorkspace(keepsRecords: true)
        let list = workspace.list([
            endpoint("owned", "RUNNING").with([
                "owner": ["user_name": "Lin", "user_id": "u-77"], "description": "described",
            ]), endpoint(Self.uuid, "RUNNING"), endpoint("0b5633ba2b904511ad514346f4d00001", "RUNNING"),
            endpoint("named", "RUNNING").with(["name": "月度报表"]),
        ]).records
        let search = RecordSearch(text)
        #expect(list.filter { $0.matches(search) }.map(\.id.text) == ids)
    }
}
