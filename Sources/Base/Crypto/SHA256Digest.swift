// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// SHA-256 and HMAC-SHA256, computed by the OpenSSL that libcurl links.
public enum SHA256Digest {
    /// Returns the 32 bytes of SHA-256 over `bytes`.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { space, count in
            // Fails only for a null pointer, which cannot occur here.
            SHA256(bytes, bytes.count, space.baseAddress)
            count = Int(SHA256_DIGEST_LENGTH)
        }
    }

    /// Returns the 32 bytes of HMAC-SHA256 over `message` with `key`.
    public static func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { space, count in
            var length: UInt32 = 0
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, space.baseAddress, &length)
            count = Int(length)
        }
    }

    /// Returns `digest` in hexadecimal: two lower-case digits per byte.
    public static func hexadecimal(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
