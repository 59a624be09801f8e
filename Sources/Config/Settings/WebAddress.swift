// SPDX-License-Identifier: Apache-2.0

/// A parsed http or https URL.
struct WebAddress: Sendable, Equatable {
    /// The URL as written, without trailing slashes.
    let text: String
    let isHTTPS: Bool
    /// The host in lower case; an IPv6 address has no brackets.
    let host: String
    let hasUserInfo: Bool

    /// The error messages. They don't quote the URL, because it may contain a password.
    enum Failure: String, Error {
        case scheme = "must be a URL that starts with http:// or https://"
        case host = "the URL must have a host after \"://\""
        case port = "the URL's port must be a number from 1 to 65535"
        case userInfo = "the URL must not contain a user or password"
        case queryOrFragment = "the URL must not have a query (?) or fragment (#)"
        case character = "the URL must be visible ASCII characters without spaces"
    }

    init(_ text: String, allowsUserInfo: Bool) throws(Failure) {
        let isHTTPS = text.lowercased().hasPrefix("https://")
        guard isHTTPS || text.lowercased().hasPrefix("http://") else { throw .scheme }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw .character
        }
        let rest = text.dropFirst(isHTTPS ? 8 : 7)
        var authority = rest.prefix { !"/?#".contains($0) }
        hasUserInfo = authority.contains("@")
        if let at = authority.lastIndex(of: "@") {
            guard allowsUserInfo else { throw .userInfo }
            authority = authority[authority.index(after: at)...]
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw .queryOrFragment }
        host = try Self.host(of: authority)
        self.isHTTPS = isHTTPS
        var kept = text[...]
        while kept.last == "/" { kept = kept.dropLast() }
        self.text = String(kept)
    }

    /// Whether the host is a loopback address.
    var isLoopback: Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func host(of authority: Substring) throws(Failure) -> String {
        let host: Substring
        let port: Substring
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            host = authority[..<end].dropFirst()
            port = authority[authority.index(after: end)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { throw .host }
        } else {
            host = authority.prefix { $0 != ":" }
            port = authority.dropFirst(host.count)
            let isAllowed: (Character) -> Bool = { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." || $0 == "_" }
            guard !host.isEmpty, host.contains(where: { $0 != "." }), host.allSatisfy(isAllowed) else { throw .host }
        }
        if !port.isEmpty {
            let digits = port.dropFirst()
            guard port.first == ":", digits.allSatisfy(\.isNumber), let number = UInt16(digits), number > 0 else {
                throw .port
            }
        }
        return host.lowercased()
    }
}
