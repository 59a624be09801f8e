// SPDX-License-Identifier: Apache-2.0
internal import CCrypt
internal import Digests
internal import Dispatch
public import Secrets
import Synchronization

/// Checks users and passwords against bcrypt hashes.
///
/// bcrypt is slow on purpose, so it runs on a thread of its own and never on those that serve; a pair once found right is
/// remembered under a keyed hash and costs no bcrypt again. An unknown user costs the time of a known one.
public final class BasicAuthentication: Sendable {
    /// Checks that may wait for the one that runs; beyond them everybody new is refused, so that guessing cannot pile up work.
    private static let mostWaiting = 64
    /// Remembered pairs; there is one for each user, unless users share hashes of several passwords.
    private static let mostRemembered = 1_000

    private struct State {
        var verified: Set<[UInt8]> = []
        var waiting = 0
    }

    private let users: [String: Secret]
    /// The hash of no password, as slow as the slowest of the users'.
    private let decoy: Secret
    private let key: [UInt8]
    private let queue = DispatchQueue(label: "bcrypt")
    private let state = Mutex(State())

    /// A check against `users`: names and bcrypt hashes.
    public init(users: [String: Secret]) {
        self.users = users
        let cost = users.values.map { $0.withExposedValue { $0.split(separator: "$").dropFirst().first ?? "" } }.max()
        decoy = Secret(
            "$2y$\(cost ?? "10")$" + String(repeating: "x", count: 21) + "u" + String(repeating: "x", count: 31))
        var generator = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// What a header `Authorization` is worth.
    public enum Answer: Sendable {
        case allowed
        case refused
        /// Too many others wait to be checked.
        case busy
    }

    /// Checks the value of an `Authorization` header.
    public func check(_ header: String?) async -> Answer {
        guard let header, let pair = Self.pair(header) else { return .refused }
        let known = users[pair.user]
        let digest = digest(pair, hash: known ?? decoy)
        let decision: Answer? = state.withLock { state in
            if state.verified.contains(digest) { return .allowed }
            if state.waiting >= Self.mostWaiting { return .busy }
            state.waiting += 1
            return nil
        }
        if let decision { return decision }
        let isRight = await matches(pair.password, known ?? decoy) && known != nil
        state.withLock { state in
            state.waiting -= 1
            guard isRight else { return }
            if state.verified.count >= Self.mostRemembered { state.verified.removeAll() }
            state.verified.insert(digest)
        }
        return isRight ? .allowed : .refused
    }

    private func digest(_ pair: (user: String, password: Secret), hash: Secret) -> [UInt8] {
        let user = Array(pair.user.utf8)
        let length = withUnsafeBytes(of: UInt64(user.count).littleEndian) { Array($0) }
        return pair.password.withExposedValue { password in
            hash.withExposedValue { hash in
                HMACSHA256.code(for: length + user + Array(hash.utf8) + Array(password.utf8), key: key)
            }
        }
    }

    private func matches(_ password: Secret, _ hash: Secret) async -> Bool {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Self.bcryptMatches(password, hash)) }
        }
    }

    private static func bcryptMatches(_ password: Secret, _ hash: Secret) -> Bool {
        var scratch = crypt_data()
        return password.withExposedValue { password in
            hash.withExposedValue { hash in
                guard let made = crypt_r(password, hash, &scratch) else { return false }
                return Secret(String(cString: made)) == Secret(hash)
            }
        }
    }

    /// User and password of `Basic …`; nil for anything else.
    static func pair(_ header: String) -> (user: String, password: Secret)? {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let bytes = Base64.decode(parts[1].utf8), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self), !password.contains("\0"),
            // bcrypt looks at 72 bytes; a longer one would match whatever follows them.
            password.utf8.count <= 72
        else { return nil }
        return (user, Secret(password))
    }
}

/// Base64, read.
enum Base64 {
    /// The bytes of `text`, padded or not; nil where it holds anything else.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        var isOver = false
        for byte in text {
            if byte == UInt8(ascii: "=") {
                isOver = true
                continue
            }
            guard !isOver, let value = value(byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
