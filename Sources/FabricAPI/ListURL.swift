// SPDX-License-Identifier: Apache-2.0

/// The address of a page of a list. The query is sorted by key and encoded as the signature wants it (unreserved
/// characters alone stay), so that what is signed is what is sent.
protocol ListURL: Sendable {
    /// Everything before the query.
    var path: String { get }
    /// What is asked for beside the page, encoded.
    var parameters: [(key: String, value: String)] { get }
}

extension ListURL {
    func page(offset: Int, limit: Int) -> String {
        let all = parameters + [("limit", String(limit)), ("offset", String(offset))]
        return path + "?" + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    }

    static func path(_ baseURL: String, _ rest: String) -> String {
        (baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL) + rest
    }

    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
