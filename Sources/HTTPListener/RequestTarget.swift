// SPDX-License-Identifier: Apache-2.0

/// Path and query of a request target, decoded.
///
/// Nothing here fails: a stray `%` stays as it is and bytes that are not UTF-8 become U+FFFD, because an odd target is
/// an unknown path, not a broken request.
struct RequestTarget {
    var path: String
    var query: [(name: String, value: String)]

    init(_ target: String) {
        var rest = Substring(target)
        // The absolute form, as proxies send it: http://host/path.
        if !rest.hasPrefix("/"), let scheme = rest.firstRange(of: "://") {
            rest = rest[scheme.upperBound...]
            rest = rest.firstIndex { $0 == "/" || $0 == "?" }.map { rest[$0...] } ?? ""
        }
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        let mark = rest.firstIndex(of: "?")
        let rawPath = mark.map { rest[..<$0] } ?? rest
        path = rawPath.isEmpty ? "/" : Self.decode(rawPath, plusIsSpace: false)
        query = mark.map { Self.pairs(rest[rest.index(after: $0)...]) } ?? []
    }

    private static func pairs(_ text: Substring) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            guard let equals = pair.firstIndex(of: "=") else { return (decode(pair, plusIsSpace: true), "") }
            return (
                decode(pair[..<equals], plusIsSpace: true),
                decode(pair[pair.index(after: equals)...], plusIsSpace: true)
            )
        }
    }

    static func decode(_ text: Substring, plusIsSpace: Bool) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = hexValue(bytes[index + 1]), let low = hexValue(bytes[index + 2])
            {
                decoded.append(high << 4 | low)
                index += 3
            } else {
                decoded.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return String(decoding: decoded, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
