// SPDX-License-Identifier: Apache-2.0
public import Base
internal import CCrypt
private import FoundationEssentials
private import Glibc
import Synchronization

/// HTTP basic authentication with bcrypt hashes.
///
/// bcrypt is slow by design, so it runs on a dedicated low-priority thread, one credential at a time. A valid
/// credential (a pair of user and password) is cached under a keyed hash, so that it needs no further bcrypt and
/// doesn't wait for other checks. Unknown users take as long as known ones.
public final class BasicAuthentication: Sendable {
    /// A request that waits for the check of its credential.
    private typealias Waiter = CheckedContinuation<Result, Never>

    /// A credential that is not cached, and the requests that sent it.
    private struct PendingCheck {
        let user: String
        let password: Secret
        /// The hash of the user, or the decoy.
        let hash: Secret
        /// A digest of user and password, without the hash.
        let credential: [UInt8]
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct State {
        var users: [String: Secret]
        /// A hash that no password matches, with the highest cost of all users' hashes.
        var decoy: Secret
        /// The digest of each user's valid credential, once checked.
        var validDigests: [String: [UInt8]] = [:]
        /// The last valid credential of each user, which is checked first after its hash has changed.
        var lastValid: [String: [UInt8]] = [:]
        /// The credentials that are queued or being checked, by digest.
        var pending: [[UInt8]: PendingCheck] = [:]
        var queue = PasswordCheckQueue()
        var isChecking = false
        var lastWaiter: UInt64 = 0
    }

    private let key: [UInt8]
    private let matches: @Sendable (_ password: Secret, _ hash: Secret) -> Bool
    private let state: Mutex<State>

    /// Creates an instance for `users`, a dictionary of bcrypt hashes by user name.
    public convenience init(users: [String: Secret]) { self.init(users: users, matches: Self.bcryptMatches) }

    /// - Parameter matches: returns whether a password matches a hash; called for one credential at a time.
    init(users: [String: Secret], matches: @escaping @Sendable (_ password: Secret, _ hash: Secret) -> Bool) {
        var generator = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.matches = matches
        state = Mutex(State(users: users, decoy: Self.decoy(for: users)))
    }

    /// The number of requests that wait for a check.
    var waitingRequests: Int { state.withLock { $0.pending.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Replaces the users. Credentials of users with unchanged hashes stay cached.
    public func update(users: [String: Secret]) {
        let decoy = Self.decoy(for: users)
        state.withLock { state in
            state.validDigests = state.validDigests.filter { users[$0.key] == state.users[$0.key] }
            state.lastValid = state.lastValid.filter { users[$0.key] != nil }
            (state.users, state.decoy) = (users, decoy)
        }
    }

    /// The result of a check.
    public enum Result: Sendable {
        case allowed
        case rejected
        /// Too many other credentials wait to be checked.
        case busy
    }

    /// Checks the value of an `Authorization` header.
    /// - Parameter peer: the client's `address:port`.
    public func check(_ header: String?, from peer: String? = nil) async -> Result {
        guard let header, let pair = Self.pair(header) else { return .rejected }
        let hash = state.withLock { $0.users[pair.user] ?? $0.decoy }
        let digest = digest(pair, hash: hash)
        let number = state.withLock { state -> UInt64? in
            guard state.validDigests[pair.user] != digest else { return nil }
            state.lastWaiter += 1
            return state.lastWaiter
        }
        guard let number else { return .allowed }
        let check = PendingCheck(
            user: pair.user, password: pair.password, hash: hash,
            credential: self.digest(pair, hash: Secret(unregistered: "")))
        let address = PasswordCheckQueue.address(of: peer)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                wait(waiter, number, for: check, digest, from: address)
            }
        } onCancel: {
            stopWaiting(number, for: digest)
        }
    }

    private func wait(
        _ waiter: Waiter, _ number: UInt64, for check: PendingCheck, _ digest: [UInt8], from address: String
    ) {
        let (displaced, mustStart) = state.withLock { state -> ([Waiter], Bool) in
            // The cancellation handler of a canceled task has already run and would not resume the waiter.
            guard !Task.isCancelled else { return ([waiter], false) }
            // The same credential is checked once for all requests: clients of one Prometheus start together.
            let isPending = state.pending[digest] != nil
            state.pending[digest, default: check].waiters[number] = waiter
            if isPending { return ([], false) }
            let isFirst = state.lastValid[check.user] == check.credential
            let displaced = state.queue.add(digest, from: address, isFirst: isFirst)
                .flatMap { state.pending.removeValue(forKey: $0) }
            defer { state.isChecking = true }
            return (displaced.map { Array($0.waiters.values) } ?? [], !state.isChecking)
        }
        for waiter in displaced { waiter.resume(returning: .busy) }
        // A low-priority thread, so that brute-force attempts take no processor time from scrapes.
        if mustStart, OwnedThread(isLowPriority: true, { self.runChecks() }) == nil { cancelChecks() }
    }

    /// Resumes a request whose client has disconnected. A credential that no other request sent is not checked.
    private func stopWaiting(_ number: UInt64, for digest: [UInt8]) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.pending[digest]?.waiters.removeValue(forKey: number) else { return nil }
            if state.pending[digest]?.waiters.isEmpty == true, state.queue.remove(digest) {
                state.pending[digest] = nil
            }
            return waiter
        }
        waiter?.resume(returning: .rejected)
    }

    /// Fails all pending checks because no thread can be started.
    private func cancelChecks() {
        let waiters = state.withLock { state in
            defer { (state.pending, state.queue, state.isChecking) = ([:], PasswordCheckQueue(), false) }
            return state.pending.values.flatMap(\.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: .busy) }
    }

    /// Runs checks until the queue is empty.
    private func runChecks() {
        while true {
            let next = state.withLock { state -> (digest: [UInt8], check: PendingCheck)? in
                guard let digest = state.queue.next(), let check = state.pending[digest] else {
                    state.isChecking = false
                    return nil
                }
                return (digest, check)
            }
            guard let (digest, check) = next else { return }
            let start = Self.processorTime
            let isMatch = matches(check.password, check.hash)
            let cost = Self.processorTime - start
            let (waiters, result) = state.withLock { state -> ([Waiter], Result) in
                // A match with the decoy, or with a hash that has been replaced meanwhile, doesn't count.
                let isAllowed = isMatch && state.users[check.user] == check.hash
                if isAllowed {
                    (state.validDigests[check.user], state.lastValid[check.user]) = (digest, check.credential)
                }
                let waiters = state.pending.removeValue(forKey: digest)?.waiters.values
                return (waiters.map(Array.init) ?? [], isAllowed ? .allowed : .rejected)
            }
            for waiter in waiters { waiter.resume(returning: result) }
            // Limits failed checks to half a processor: the low priority doesn't help if the process has a CPU limit.
            if result != .allowed { pause(cost) }
        }
    }

    /// The processor time used by this thread.
    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private func pause(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        nanosleep(&time, nil)
    }

    private static func decoy(for users: [String: Secret]) -> Secret {
        let cost = users.values.map { $0.withExposedValue { $0.split(separator: "$").dropFirst().first ?? "" } }.max()
        return Secret(
            unregistered: "$2y$\(cost ?? "10")$" + String(repeating: "x", count: 21) + "u"
                + String(repeating: "x", count: 31))
    }

    private func digest(_ pair: (user: String, password: Secret), hash: Secret) -> [UInt8] {
        let user = Array(pair.user.utf8)
        let length = withUnsafeBytes(of: UInt64(user.count).littleEndian) { Array($0) }
        return pair.password.withExposedValue { password in
            hash.withExposedValue { hash in
                SHA256Digest.authenticationCode(for: length + user + Array(hash.utf8) + Array(password.utf8), key: key)
            }
        }
    }

    @Sendable private static func bcryptMatches(_ password: Secret, _ hash: Secret) -> Bool {
        var scratch = crypt_data()
        return password.withExposedValue { password in
            hash.withExposedValue { hash in
                guard let result = crypt_r(password, hash, &scratch) else { return false }
                return Secret(unregistered: String(cString: result)) == Secret(unregistered: hash)
            }
        }
    }

    /// Parses the user and password in `Basic …`; returns nil for other texts.
    static func pair(_ header: String) -> (user: String, password: Secret)? {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let bytes = base64(parts[1]), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self), !password.contains("\0"),
            // bcrypt ignores everything after 72 bytes.
            password.utf8.count <= 72
        else { return nil }
        return (user, Secret(unregistered: password))
    }

    /// Decodes Base64 with or without padding; returns nil if `text` is invalid.
    static func base64(_ text: some StringProtocol) -> [UInt8]? {
        let digits = String(text.prefix { $0 != "=" })
        guard text.dropFirst(digits.count).allSatisfy({ $0 == "=" }) else { return nil }
        return Data(base64Encoded: digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4))
            .map(Array.init)
    }
}
