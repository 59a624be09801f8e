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
}
