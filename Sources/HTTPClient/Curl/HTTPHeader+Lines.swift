// SPDX-License-Identifier: Apache-2.0
internal import Base

extension HTTPHeader {
    /// Validates `headers` and formats them for libcurl, with lines that suppress libcurl's own headers.
    /// - Parameter host: the `Host` to send if it differs from the URL's host.
    static func lines(
        for headers: [HTTPHeader], hasBody: Bool, host: String?
    ) throws(TransportFailure) -> [String] {
        var lines: [String] = []
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
                throw TransportFailure(.invalidRequest, "invalid header name")
            }
            guard header.value.utf8.allSatisfy(isValueByte) else {
                // A line break would allow header injection.
                throw TransportFailure(.invalidRequest, "header \(header.name) contains a control character")
            }
            // "Name:" makes libcurl drop the header; "Name;" sends it with an empty value.
            let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        func isGiven(_ name: String) -> Bool { headers.contains { $0.isNamed(name) } }
        if let host, !isGiven("host") { lines.append("Host: \(host)") }
        if hasBody {
            // Otherwise libcurl would wait up to a second for "100 Continue", and set the type of a form.
            if !isGiven("expect") { lines.append("Expect:") }
            if !isGiven("content-type") { lines.append("Content-Type:") }
        }
        return lines
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isLetterOrDigit || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte == 0x09 || (byte >= 0x20 && byte != 0x7f)
    }
}
