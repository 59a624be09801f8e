// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

extension HTTPResponse {
    /// Overwrites echoes of the signature of `request`, or of its first 16 digits or more, in body and headers with
    /// asterisks. With the signature, the same request could be sent again for 15 minutes.
    mutating func redactSignature(of request: HTTPRequest) {
        guard let signature = request.signature, signature.count >= Self.minimumDigits else { return }
        Self.redact(signature, in: &body)
        for index in headers.indices {
            var value = Array(headers[index].value.utf8)
            if Self.redact(signature, in: &value) {
                headers[index] = HTTPHeader(headers[index].name, String(decoding: value, as: UTF8.self))
            }
        }
    }

    private static let minimumDigits = 16

    /// Overwrites every occurrence of the signature; returns whether there was one.
    @discardableResult
    private static func redact(_ signature: [UInt8], in text: inout [UInt8]) -> Bool {
        guard var position = firstIndex(of: signature, in: text, from: 0) else { return false }
        while true {
            for digit in signature {
                guard position < text.count, text[position] == digit else { break }
                text[position] = UInt8(ascii: "*")
                position += 1
            }
            guard let next = firstIndex(of: signature, in: text, from: position) else { return true }
            position = next
        }
    }

    /// Returns the first index of the signature's first digits, found with Horspool's algorithm, which skips most
    /// bytes: a body may have megabytes.
    private static func firstIndex(of signature: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        let last = minimumDigits - 1
        // How far to advance for each byte found at the position of the last digit.
        var skips = [Int](repeating: minimumDigits, count: 256)
        for index in 0..<last { skips[Int(signature[index])] = last - index }
        return text.withUnsafeBufferPointer { text in
            var end = start + last
            while end < text.count {
                if text[end] == signature[last], text[(end - last)..<end].elementsEqual(signature[..<last]) {
                    return end - last
                }
                end += skips[Int(text[end])]
            }
            return nil
        }
    }
}

extension HTTPRequest {
    /// The signature in the `Authorization` header, as hexadecimal digits; nil if there is none.
    fileprivate var signature: [UInt8]? {
        let header = headers.last { $0.name.lowercased() == "authorization" }?.value
        return header?.firstRange(of: "Signature=").map { Array((header ?? "")[$0.upperBound...].utf8) }
    }
}
