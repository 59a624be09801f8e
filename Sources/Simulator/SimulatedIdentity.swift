// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// The state of IAM: users, access keys and agencies, and the issued credentials. See ``SimulatedCloud/identity``.
public struct SimulatedIdentity: Sendable {
    /// An access key.
    public struct Key: Sendable {
        /// The secret key (SK).
        public var secret: String
        /// The security token; nil for a permanent key.
        public var securityToken: String?
        /// The expiry in microseconds since the epoch; nil if the key doesn't expire.
        public var endsAt: Int64?

        /// Creates a key.
        public init(secret: String, securityToken: String? = nil, endsAt: Int64? = nil) {
            self.secret = secret
            self.securityToken = securityToken
            self.endsAt = endsAt
        }
    }

    /// The failed attempts of a user or key.
    struct Guard: Sendable {
        var failures: [Int64] = []
        var lockedUntil: Int64 = 0
    }

    /// The IAM users; a domain is an account's name.
    public var users: [(domain: String, name: String, password: String)] = []
    /// The access keys by id (AK).
    public var keys: [String: Key] = [:]
    /// The projects: id and name.
    public var projects: [(id: String, name: String)] = [("0605767ac280d5762f8cc01ab2b4ba1d", "cn-north-4")]
    /// The lifetime of tokens and temporary keys in seconds. If it is negative, they are expired when issued.
    public var life: Int64 = 86_400
    /// The issued tokens that are not revoked, with their expiry in microseconds since the epoch.
    var issued: [String: Int64] = [:]
    /// The agencies that may be assumed.
    public var agencies: Set<String> = []
    /// Whether the machine has an agency, so that the metadata service issues keys.
    public var hasMachineAgency = true
    /// The error status of the metadata service for session tokens; nil if it issues them.
    public var sessionTokenStatus: Int?
    /// The accepted id tokens of an external identity provider.
    public var idTokens: Set<String> = []
    var sessionTokens: Set<String> = []
    var guards: [String: Guard] = [:]
    var count = 0

    /// Creates a state without users and keys.
    public init() {}

    /// Revokes all issued tokens.
    public mutating func revokeTokens() { issued = [:] }

    /// Whether a user or key (by name or id) is locked at `now`.
    public func isLocked(_ name: String, at now: Int64) -> Bool { (guards[name]?.lockedUntil ?? 0) > now }

    /// Counts a failed attempt, and locks the user or key after `limit` of them within `window`.
    mutating func noteFailure(_ name: String, at now: Int64, window: Int64, limit: Int, lock: Int64) {
        var entry = guards[name] ?? Guard()
        entry.failures = entry.failures.filter { $0 > now - window } + [now]
        if entry.failures.count >= limit {
            entry.lockedUntil = now + lock
            entry.failures = []
        }
        guards[name] = entry
    }

    /// Resets the failed attempts after a successful one.
    mutating func noteSuccess(_ name: String) { guards[name]?.failures = [] }

    mutating func issueToken(at now: Int64) -> (text: String, endsAt: Int64) {
        count += 1
        let text = "MIIFissued" + String(repeating: "x", count: 40) + String(count)
        let end = now + life * 1_000_000
        issued[text] = end
        return (text, end)
    }

    mutating func issueKey(life: Int64, at now: Int64) -> (id: String, key: Key) {
        count += 1
        let key = Key(
            secret: "temporarySecret/\(count)+abcdefghijklmnop", securityToken: "gQpjbi1ub3J0aC00temporary\(count)==",
            endsAt: now + life * 1_000_000)
        let id = "TEMPORARYKEY\(count)"
        keys[id] = key
        return (id, key)
    }
}
