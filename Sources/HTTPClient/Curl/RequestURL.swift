// SPDX-License-Identifier: Apache-2.0

/// The parts of a URL that the transport must know; the rest is sent as it stands.
struct RequestURL: Equatable {
    let isTLS: Bool
    /// `user:password` or `user`, without the `@`; nil when absent.
    let userInfo: String?
    /// The host as written, an IPv6 address with its brackets.
    let host: String
    /// The port as written; nil: the scheme's.
    let port: Int?
    /// Path, query and fragment.
    let rest: String

    /// Splits `text`.
    /// - Throws: ``TransportFailure/Kind/invalidRequest``; the message repeats nothing of the URL, which may hold a
    ///   password.
    init(_ text: String) throws(TransportFailure) {
        // Anything else is not percent-encoded, and a line break would let a URL write header lines.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw TransportFailure(.invalidRequest, "the URL is not percent-encoded")
        }
        // By bytes, as all of them are ASCII: by characters it would take as long as sending.
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
        // The colon that begins the port stands behind an IPv6 address' bracket.
        let bracket = authority.utf8.lastIndex(of: UInt8(ascii: "]")) ?? authority.startIndex
        if let colon = authority[bracket...].utf8.firstIndex(of: UInt8(ascii: ":")) {
            let digits = authority[authority.utf8.index(after: colon)...]
            guard let port = UInt16(digits), port > 0 else {
                throw TransportFailure(.invalidRequest, "the URL's port is not a port")
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

    /// What the `Host` header says; the scheme's own port is left out, as libcurl does it.
    var authority: String {
        guard let port, port != (isTLS ? 443 : 80) else { return host }
        return "\(host):\(port)"
    }

    /// The URL with another host in place of its own.
    func text(withHost other: String) -> String {
        let user = userInfo.map { "\($0)@" } ?? ""
        return "\(isTLS ? "https" : "http")://\(user)\(other):\(effectivePort)\(rest)"
    }

    /// The user info of any text that may be meant as a URL, well-formed or not; rather too much than too little.
    static func userInfo(in text: String) -> String? {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        guard let end = text[start...].lastIndex(of: "@"), start < end else { return nil }
        return String(text[start..<end])
    }
}
