// SPDX-License-Identifier: Apache-2.0
internal import COpenSSL

/// The keyed digest HMAC-SHA256, from the OpenSSL that libcurl loads anyway.
public enum HMACSHA256 {
    /// The 32 bytes that authenticate `message` under `key`.
    public static func code(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { space, count in
            var length: UInt32 = 0
            HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, space.baseAddress, &length)
            count = Int(length)
        }
    }
}
