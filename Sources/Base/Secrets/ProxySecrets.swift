// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

extension Secret {
    /// The secrets in the address of a proxy: its user and password in every spelling that messages and headers use. The
    /// address may be malformed: whatever stands between `//` and the last `@` counts.
    public static func ofProxy(_ address: String) -> [Secret] {
        let start = address.firstRange(of: "//")?.upperBound ?? address.startIndex
        guard let end = address[start...].lastIndex(of: "@") else { return [] }
        let userInfo = String(address[start..<end])
        let password = userInfo.firstIndex(of: ":").map { String(userInfo[userInfo.index(after: $0)...]) } ?? ""
        // Where an address is cut at a character that should have been escaped, its parts end up in messages.
        let parts = password.split { "/?#@:".contains($0) }.map(String.init)
        let plain = [userInfo, password]
        let decoded = plain.map(percentDecoded)
        // As the header Proxy-Authorization carries it.
        let encoded = [userInfo, percentDecoded(userInfo)].map(base64)
        return Set(plain + decoded + encoded + parts).filter { !$0.isEmpty }.map { Secret($0) }
    }

    /// The secrets in the variables that name proxies.
    public static func ofProxies(in environment: [String: String]) -> [Secret] {
        environment.filter { $0.key.lowercased().hasSuffix("_proxy") }.flatMap { ofProxy($0.value) }
    }

    private static func percentDecoded(_ text: String) -> String {
        String(decoding: PercentEncoding.decode(text), as: UTF8.self)
    }

    private static func base64(_ text: String) -> String {
        let encoded = [UInt8](unsafeUninitializedCapacity: (text.utf8.count + 2) / 3 * 4 + 1) { space, count in
            count = Int(EVP_EncodeBlock(space.baseAddress, Array(text.utf8), Int32(text.utf8.count)))
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
