// SPDX-License-Identifier: Apache-2.0

/// The parts of a URL that the transport uses; the rest is sent unchanged.
struct RequestURL: Equatable {
    let isTLS: Bool
    /// `user:password` or `user`, without the `@`; nil if absent.
    let userInfo: String?
    /// The host, with the brackets of an IPv6 address.
    let host: String
    /// The port; nil for the scheme's default.
    let port: Int?
    /// Path, query and fragment.
    let rest: String

    /// Parses `text`.
    /// - Throws: ``TransportFailure/Kind/invalidRequest``. The message doesn't quote the URL, which may contain a
    ///   password.
    init(_ text: String) throws(TransportFailure) {
        // Other bytes must be percent-encoded; a line break would allow header injection.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw TransportFailure(.invalidRequest, "the URL is not percent-encoded")
        }
        // Works on bytes, as all are ASCII: comparing characters would take as long as sending.
        let bytes = text.utf8
        func begins(with scheme: String) -> Bool {
            bytes.count >= scheme.utf8.count && zip(bytes, scheme.utf8).allSatisfy { $0 | 0x20 == $1 | 0x20 }
        }
        let schemeLength: Int
        if begins(with: "https://") {
            (isTLS, schemeLength) = (true, 8)
        } else if begins(with: "http://") {
            (isTLS, schemeLength) = (false, 7)
        } else {
            throw TransportFailure(.invalidRequest, "the URL is neither http nor https")
        }
        let start = bytes.index(bytes.startIndex, offsetBy: schemeLength)
        let end =
            bytes[start...].firstIndex {
                $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#")
            } ?? bytes.endIndex
        rest = String(text[end...])
        var authority = text[start..<end]
        if let at = authority.utf8.lastIndex(of: UInt8(ascii: "@")) {
            userInfo = String(authority[..<at])
            authority = authority[authority.utf8.index(after: at)...]
        } else {
            userInfo = nil
        }
        // The port's colon follows the bracket of an IPv6 address.
        let bracket = authority.utf8.lastIndex(of: UInt8(ascii: "]")) ?? authority.startIndex
        if let colon = authority[bracket...].utf8.firstIndex(of: UInt8(ascii: ":")) {
            let digits = authority[authority.utf8.index(after: colon)...]
            guard let port = UInt16(digits), port > 0 else {
                throw TransportFailure(.invalidRequest, "the URL has an invalid port")
            }
            self.port = Int(port)
            authority = authority[..<colon]
        } else {
            port = nil
        }
        host = String(authority)
        guard !host.isEmpty else { throw TransportFailure(.invalidRequest, "the URL has no host") }
    }

    /// The port to connect to.
    var effectivePort: Int { port ?? (isTLS ? 443 : 80) }

    /// The value of the `Host` header; like libcurl, omits the scheme's default port.
    var authority: String {
        guard let port, port != (isTLS ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }

    /// Returns the URL with `other` as its host.
    func text(withHost other: String) -> String {
        let user = userInfo.map { "\($0)@" } ?? ""
        return "\(isTLS ? "https" : "http")://\(user)\(other):\(effectivePort)\(rest)"
    }

    /// Returns the user info in a possibly malformed URL; may include more than the user info.
    static func userInfo(in text: String) -> String? {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        guard let end = text[start...].lastIndex(of: "@"), start < end else { return nil }
        return String(text[start..<end])
    }
}
