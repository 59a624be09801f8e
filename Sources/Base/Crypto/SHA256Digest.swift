// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// The digest SHA-256, from the OpenSSL that libcurl loads anyway.
public enum SHA256Digest {
    /// The 32 bytes that stand for `bytes`.
    public static func digest(of bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { space, count in
            // Fails only for a null pointer; the space is there.
            SHA256(bytes, bytes.count, space.baseAddress)
            count = Int(SHA256_DIGEST_LENGTH)
        }
    }

    /// The 32 bytes that authenticate `message` under `key`: HMAC-SHA256.
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { space, count in
            var length: UInt32 = 0
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, space.baseAddress, &length)
            count = Int(length)
        }
    }

    /// Two lower-case digits for each byte of a digest.
    public static func text(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
