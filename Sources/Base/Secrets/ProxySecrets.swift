// SPDX-License-Identifier: Apache-2.0

extension Secret {
    /// Returns the secrets in a proxy URL: user and password, in every encoding used in messages and headers. The URL
    /// may be malformed: everything between `//` and the last `@` counts.
    public static func ofProxy(_ address: String) -> [Secret] {
        let start = address.firstRange(of: "//")?.upperBound ?? address.startIndex
        guard let end = address[start...].lastIndex(of: "@") else { return [] }
        let userInfo = String(address[start..<end])
        let password = userInfo.firstIndex(of: ":").map { String(userInfo[userInfo.index(after: $0)...]) } ?? ""
        // Parsers split a URL at characters that should have been escaped, and messages quote the parts.
        let parts = password.split { "/?#@:".contains($0) }.map(String.init)
        let plain = [userInfo, password]
        let decoded = plain.map(percentDecoded)
        // As sent in the Proxy-Authorization header.
        let encoded = [userInfo, percentDecoded(userInfo)].map(Base64.encode)
        return Set(plain + decoded + encoded + parts).filter { !$0.isEmpty }.map { Secret($0) }
    }

    /// Returns the secrets in all environment variables whose names end with `_proxy`.
    public static func ofProxies(in environment: [String: String]) -> [Secret] {
        environment.filter { $0.key.lowercased().hasSuffix("_proxy") }.flatMap { ofProxy($0.value) }
    }

    private static func percentDecoded(_ text: String) -> String {
        String(decoding: PercentEncoding.decode(text), as: UTF8.self)
    }
}
