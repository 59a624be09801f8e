// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Who may ask: users, access keys and agencies, and what was issued to them. A value; ``SimulatedCloud/identity`` holds it.
public struct SimulatedIdentity: Sendable {
    /// An access key.
    public struct Key: Sendable {
        /// The key itself (SK).
        public var secret: String
        /// What must be sent with it; nil for a permanent key.
        public var securityToken: String?
        /// When it ends, in microseconds since the epoch; nil: never.
        public var endsAt: Int64?

        /// A key of these parts.
        public init(secret: String, securityToken: String? = nil, endsAt: Int64? = nil) {
            self.secret = secret
            self.securityToken = securityToken
            self.endsAt = endsAt
        }
    }

    /// Something that counts wrong attempts.
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
    /// How long tokens and temporary keys live, in seconds. If negative, they have expired when they arrive.
    public var life: Int64 = 86_400
    /// Tokens issued and not revoked, with their ends in microseconds since the epoch.
    var issued: [String: Int64] = [:]
    /// The agencies that may be assumed.
    public var agencies: Set<String> = []
    /// Whether the machine has an agency, so that the metadata service gives out keys.
    public var hasMachineAgency = true
    /// The status the metadata service answers to who asks for a session token; nil: it gives one.
    public var sessionTokenStatus: Int?
    /// The id tokens of a foreign identity provider that are taken.
    public var idTokens: Set<String> = []
    var sessionTokens: Set<String> = []
    var guards: [String: Guard] = [:]
    var count = 0

    /// Nobody may ask.
    public init() {}

    /// Ends every token that was issued.
    public mutating func revokeTokens() { issued = [:] }

    /// Whether a user or key (by name or id) is locked at `now`.
    public func isLocked(_ name: String, at now: Int64) -> Bool { (guards[name]?.lockedUntil ?? 0) > now }

    /// Notes a wrong attempt; enough of them lock.
    mutating func noteFailure(_ name: String, at now: Int64, window: Int64, limit: Int, lock: Int64) {
        var entry = guards[name] ?? Guard()
        entry.failures = entry.failures.filter { $0 > now - window } + [now]
        if entry.failures.count >= limit {
            entry.lockedUntil = now + lock
            entry.failures = []
        }
        guards[name] = entry
    }

    /// A right attempt ends the row of wrong ones.
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
