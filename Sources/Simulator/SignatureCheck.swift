// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPServer

/// Verifies the signature of a request like the gateway, independently of the exporter's signing code.
struct SignatureCheck {
    let accessKeyID: String
    let date: String
    let canonicalRequest: String
    private let signature: String

    /// Parses the `Authorization` header; returns nil if it is not a complete signature that covers `host` and
    /// `x-sdk-date`.
    init?(_ request: ListenerRequest) {
        guard let header = request.header("Authorization"), header.hasPrefix("SDK-HMAC-SHA256 ") else { return nil }
        var parts: [String: String] = [:]
        for part in header.dropFirst(16).split(separator: ",") {
            let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            parts[String(pair[0])] = String(pair[1])
        }
        guard let access = parts["Access"], let names = parts["SignedHeaders"], let signature = parts["Signature"],
            let date = request.header("X-Sdk-Date")
        else { return nil }
        let signed = names.split(separator: ";").map(String.init)
        guard signed.contains("host"), signed.contains("x-sdk-date"), signed == signed.sorted() else { return nil }
        // Unsigned, these headers could be replaced in transit.
        for name in ["x-project-id", "x-security-token"] where request.header(name) != nil {
            guard signed.contains(name) else { return nil }
        }
        accessKeyID = access
        self.date = date
        self.signature = signature
        let target = request.rawTarget.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = target[0].split(separator: "/", omittingEmptySubsequences: false).map {
            Self.encode(Self.decode($0))
        }
        .joined(separator: "/")
        if path.last != "/" { path += "/" }
        // Sorted by decoded names and values, not by their percent-encoded form.
        let pairs = (target.count > 1 ? target[1] : "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decode)
            return (name: sides[0], value: sides.count > 1 ? sides[1] : [])
        }.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
        }
        let lines = signed.map { name in
            let value = request.header(name) ?? ""
            return name + ":" + String(value.trimmingSpaces) + "\n"
        }
        let bodyDigest = request.body.isEmpty ? nil : request.header("X-Sdk-Content-Sha256")
        canonicalRequest =
            request.method + "\n" + path + "\n"
            + pairs.map { Self.encode($0.name) + "=" + Self.encode($0.value) }.joined(separator: "&")
            + "\n" + lines.joined() + "\n" + names + "\n"
            + (bodyDigest ?? Self.hex(SHA256Digest.digest(of: request.body)))
    }

    /// Whether the request was signed with `secret`.
    func isSigned(with secret: String) -> Bool {
        let digest = Self.hex(SHA256Digest.digest(of: Array(canonicalRequest.utf8)))
        let text = "SDK-HMAC-SHA256\n" + date + "\n" + digest
        return Self.hex(SHA256Digest.authenticationCode(for: Array(text.utf8), key: Array(secret.utf8))) == signature
    }

    /// The signature's time in microseconds since the epoch; nil if `X-Sdk-Date` is malformed.
    var moment: Int64? {
        let digits = date.filter(\.isNumber).compactMap(\.wholeNumberValue)
        guard date.count == 16, digits.count == 14, date.hasSuffix("Z") else { return nil }
        func number(_ range: Range<Int>) -> Int64 { range.reduce(0) { $0 * 10 + Int64(digits[$1]) } }
        let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
        // Days since 1970, with years that start in March.
        let from = month <= 2 ? year - 1 : year
        let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let days = from * 365 + from / 4 - from / 100 + from / 400 + ofYear - 719_468
        return ((days * 24 + number(8..<10)) * 60 + number(10..<12)) * 60_000_000 + number(12..<14) * 1_000_000
    }

    private static func decode(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                byte < 128
                && (Character(scalar).isLetter || Character(scalar).isNumber || "-_.~".unicodeScalars.contains(scalar))
            return isPlain ? String(Character(scalar)) : "%" + hex([byte]).uppercased()
        }.joined()
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension String {
    fileprivate var trimmingSpaces: Substring {
        var text = Substring(self)
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
