// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// Base64 with padding (RFC 4648).
public enum Base64 {
    /// Encodes the UTF-8 bytes of `text`.
    public static func encode(_ text: String) -> String {
        let encoded = [UInt8](unsafeUninitializedCapacity: (text.utf8.count + 2) / 3 * 4 + 1) { space, count in
            count = Int(EVP_EncodeBlock(space.baseAddress, Array(text.utf8), Int32(text.utf8.count)))
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
