// SPDX-License-Identifier: Apache-2.0
internal import Base

extension HTTPHeader {
    /// Checks `headers` and spells them as libcurl wants them, and adds what keeps it from sending lines nobody asked
    /// for.
    /// - Parameter host: the `Host` to send where it is not the URL's own.
    static func lines(
        for headers: [HTTPHeader], hasBody: Bool, host: String?
    ) throws(TransportFailure) -> [String] {
        var lines: [String] = []
        for header in headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
                throw TransportFailure(.invalidRequest, "a header has an impossible name")
            }
            guard header.value.utf8.allSatisfy(isValueByte) else {
                // A line break would begin a header or a request of someone else's choice.
                throw TransportFailure(.invalidRequest, "header \(header.name) holds a control character")
            }
            // "Name:" would tell libcurl to drop the header; "Name;" sends it empty.
            let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            lines.append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        func isGiven(_ name: String) -> Bool { headers.contains { $0.isNamed(name) } }
        if let host, !isGiven("host") { lines.append("Host: \(host)") }
        if hasBody {
            // libcurl would wait up to a second for "100 Continue", and would call every body a form.
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
