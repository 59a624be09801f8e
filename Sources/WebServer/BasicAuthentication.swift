// SPDX-License-Identifier: Apache-2.0
public import Base
internal import CCrypt
private import FoundationEssentials
private import Glibc
import Synchronization

/// Checks users and passwords against bcrypt hashes.
///
/// bcrypt is slow on purpose, so it runs on a thread of its own and of low priority, never on those that serve, one pair
/// after the other. A pair once found right is remembered under a keyed hash, and neither costs bcrypt again nor waits for
/// pairs that do. An unknown user costs the time of a known one.
public final class BasicAuthentication: Sendable {
    /// A request that waits for its pair to be checked.
    private typealias Waiter = CheckedContinuation<Answer, Never>

    /// A pair that is not remembered, and the requests that sent it.
    private struct Guess {
        let user: String
        let password: Secret
        /// The hash of the user, or the decoy.
        let hash: Secret
        /// A digest of user and password alone.
        let pair: [UInt8]
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct State {
        var users: [String: Secret]
        /// The hash of no password, as slow as the slowest of the users'.
        var decoy: Secret
        /// The digest of each user's right pair, once it has been checked.
        var remembered: [String: [UInt8]] = [:]
        /// Of each user the pair that was right last, whatever its hash was then. After a change of hashes it is checked first.
        var rightPairs: [String: [UInt8]] = [:]
        /// Pairs that are being checked or are in the queue, by digest.
        var guesses: [[UInt8]: Guess] = [:]
        var queue = GuessQueue()
        var isChecking = false
        var lastWaiter: UInt64 = 0
    }

    private let key: [UInt8]
    private let matches: @Sendable (_ password: Secret, _ hash: Secret) -> Bool
    private let state: Mutex<State>

    /// Creates a check against `users`: names and bcrypt hashes.
    public convenience init(users: [String: Secret]) { self.init(users: users, matches: Self.bcryptMatches) }

    /// - Parameter matches: whether a password has a hash; slow, and called for one pair at a time.
    init(users: [String: Secret], matches: @escaping @Sendable (_ password: Secret, _ hash: Secret) -> Bool) {
        var generator = SystemRandomNumberGenerator()
        key = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.matches = matches
        state = Mutex(State(users: users, decoy: Self.decoy(for: users)))
    }

    /// Requests whose pair is being checked or waits for it.
    var waitingRequests: Int { state.withLock { $0.guesses.values.reduce(0) { $0 + $1.waiters.count } } }

    /// Replaces the users. Those whose hash is the same remain remembered.
    public func update(users: [String: Secret]) {
        let decoy = Self.decoy(for: users)
        state.withLock { state in
            state.remembered = state.remembered.filter { users[$0.key] == state.users[$0.key] }
            state.rightPairs = state.rightPairs.filter { users[$0.key] != nil }
            (state.users, state.decoy) = (users, decoy)
        }
    }

    /// The result of a check.
    public enum Answer: Sendable {
        case allowed
        case refused
        /// Too many other pairs wait to be checked.
        case busy
    }

    /// Checks the value of an `Authorization` header.
    /// - Parameter peer: where the request comes from, as `address:port`.
    public func check(_ header: String?, from peer: String? = nil) async -> Answer {
        guard let header, let pair = Self.pair(header) else { return .refused }
        let hash = state.withLock { $0.users[pair.user] ?? $0.decoy }
        let digest = digest(pair, hash: hash)
        let number = state.withLock { state -> UInt64? in
            guard state.remembered[pair.user] != digest else { return nil }
            state.lastWaiter += 1
            return state.lastWaiter
        }
        guard let number else { return .allowed }
        let guess = Guess(
            user: pair.user, password: pair.password, hash: hash, pair: self.digest(pair, hash: Secret(guessed: "")))
        let address = GuessQueue.address(of: peer)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                wait(waiter, number, for: guess, digest, from: address)
            }
        } onCancel: {
            stopWaiting(number, for: digest)
        }
    }

    private func wait(_ waiter: Waiter, _ number: UInt64, for guess: Guess, _ digest: [UInt8], from address: String) {
        let (unlucky, isFirst) = state.withLock { state -> ([Waiter], Bool) in
            // Of a task that was canceled before, nobody would take the waiter out again.
            guard !Task.isCancelled else { return ([waiter], false) }
            // The same pair is checked once for all who sent it: clients of one Prometheus start together.
            let isWaiting = state.guesses[digest] != nil
            state.guesses[digest, default: guess].waiters[number] = waiter
            if isWaiting { return ([], false) }
            let isFirst = state.rightPairs[guess.user] == guess.pair
            let displaced = state.queue.add(digest, from: address, isFirst: isFirst)
            let unlucky = displaced.flatMap { state.guesses.removeValue(forKey: $0) }
            defer { state.isChecking = true }
            return (unlucky.map { Array($0.waiters.values) } ?? [], !state.isChecking)
        }
        for waiter in unlucky { waiter.resume(returning: .busy) }
        // Beside everything else, so that guesses take no processor time from scrapes.
        if isFirst, OwnedThread(isLowPriority: true, { self.checkWaiting() }) == nil { refuseWaiting() }
    }

    /// Ends the wait of a request whose client has gone; a pair that no other request sent is not checked.
    private func stopWaiting(_ number: UInt64, for digest: [UInt8]) {
        let waiter = state.withLock { state -> Waiter? in
            guard let waiter = state.guesses[digest]?.waiters.removeValue(forKey: number) else { return nil }
            if state.guesses[digest]?.waiters.isEmpty == true, state.queue.remove(digest) {
                state.guesses[digest] = nil
            }
            return waiter
        }
        waiter?.resume(returning: .refused)
    }

    /// Refuses every pair that waits: there is no thread to check them.
    private func refuseWaiting() {
        let waiters = state.withLock { state in
            defer { (state.guesses, state.queue, state.isChecking) = ([:], GuessQueue(), false) }
            return state.guesses.values.flatMap(\.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: .busy) }
    }

    /// Checks one pair after the other until none waits.
    private func checkWaiting() {
        while true {
            let next = state.withLock { state -> (digest: [UInt8], guess: Guess)? in
                guard let digest = state.queue.next(), let guess = state.guesses[digest] else {
                    state.isChecking = false
                    return nil
                }
                return (digest, guess)
            }
            guard let (digest, guess) = next else { return }
            let begun = Self.processorTime
            let isRight = matches(guess.password, guess.hash)
            let cost = Self.processorTime - begun
            let (waiters, answer) = state.withLock { state -> ([Waiter], Answer) in
                // Not by a hash that has been replaced meanwhile, nor by the decoy's.
                let isAllowed = isRight && state.users[guess.user] == guess.hash
                if isAllowed { (state.remembered[guess.user], state.rightPairs[guess.user]) = (digest, guess.pair) }
                let waiters = state.guesses.removeValue(forKey: digest)?.waiters.values
                return (waiters.map(Array.init) ?? [], isAllowed ? .allowed : .refused)
            }
            for waiter in waiters { waiter.resume(returning: answer) }
            // A low priority is no help where the process as a whole has a limit: guesses take half of a processor at most.
            if answer != .allowed { pause(cost) }
        }
    }

    /// What this thread has taken of a processor.
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
            guessed: "$2y$\(cost ?? "10")$" + String(repeating: "x", count: 21) + "u"
                + String(repeating: "x", count: 31))
    }

    private func digest(_ pair: (user: String, password: Secret), hash: Secret) -> [UInt8] {
        let user = Array(pair.user.utf8)
        let length = withUnsafeBytes(of: UInt64(user.count).littleEndian) { Array($0) }
        return pair.password.withExposedValue { password in
            hash.withExposedValue { hash in
                SHA256Digest.code(for: length + user + Array(hash.utf8) + Array(password.utf8), key: key)
            }
        }
    }

    @Sendable private static func bcryptMatches(_ password: Secret, _ hash: Secret) -> Bool {
        var scratch = crypt_data()
        return password.withExposedValue { password in
            hash.withExposedValue { hash in
                guard let made = crypt_r(password, hash, &scratch) else { return false }
                return Secret(guessed: String(cString: made)) == Secret(guessed: hash)
            }
        }
    }

    /// User and password of `Basic …`; nil for anything else.
    static func pair(_ header: String) -> (user: String, password: Secret)? {
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let bytes = base64(parts[1]), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let user = String(validating: bytes[..<colon], as: UTF8.self),
            let password = String(validating: bytes[(colon + 1)...], as: UTF8.self), !password.contains("\0"),
            // bcrypt looks at 72 bytes; a longer one would match whatever follows them.
            password.utf8.count <= 72
        else { return nil }
        return (user, Secret(guessed: password))
    }

    /// The bytes of `text`, padded or not; nil where it holds anything else.
    static func base64(_ text: some StringProtocol) -> [UInt8]? {
        let digits = String(text.prefix { $0 != "=" })
        guard text.dropFirst(digits.count).allSatisfy({ $0 == "=" }) else { return nil }
        return Data(base64Encoded: digits + String(repeating: "=", count: (4 - digits.utf8.count % 4) % 4))
            .map(Array.init)
    }
}
