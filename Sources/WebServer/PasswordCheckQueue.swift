// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The queue of credentials that wait for bcrypt.
///
/// Round-robin over client addresses, the longest waiting address first, so that brute-force attempts from one address
/// don't delay valid credentials from another. Within an address, the newest and the oldest credential alternate: a
/// client that guesses sends the next password after the response to the last one, so new credentials rarely wait, and
/// the oldest isn't starved.
struct PasswordCheckQueue: Sendable {
    /// The maximum number of waiting credentials.
    static let limit = 128
    /// The maximum number of addresses whose last turns are stored.
    private static let maximumAddresses = 1_024

    /// The credentials that are checked before all others.
    private var first: [[UInt8]] = []
    /// The other credentials, in the order of arrival.
    private var waiting: [(digest: [UInt8], address: String)] = []
    /// The last turn of each address.
    private var turns: [String: (number: UInt64, wasNewest: Bool)] = [:]
    private var lastNumber: UInt64 = 0

    /// Adds a credential that is not in the queue.
    /// - Parameter isFirst: whether it is checked before all others; such credentials don't count toward the limit.
    /// - Returns: the credential removed because the queue is full: the oldest from the address with the most
    ///   credentials.
    mutating func add(_ digest: [UInt8], from address: String, isFirst: Bool = false) -> [UInt8]? {
        if isFirst {
            first.append(digest)
            return nil
        }
        waiting.append((digest, address))
        guard waiting.count > Self.limit else { return nil }
        var counts: [String: Int] = [:]
        for entry in waiting { counts[entry.address, default: 0] += 1 }
        let maximum = counts.values.max()
        return waiting.firstIndex { counts[$0.address] == maximum }.map { waiting.remove(at: $0).digest }
    }

    /// Removes a credential.
    /// - Returns: whether it was in the queue.
    mutating func remove(_ digest: [UInt8]) -> Bool {
        if let index = first.firstIndex(of: digest) {
            first.remove(at: index)
            return true
        }
        guard let index = waiting.firstIndex(where: { $0.digest == digest }) else { return false }
        waiting.remove(at: index)
        return true
    }

    /// Removes and returns the credential to check next; nil if the queue is empty.
    mutating func next() -> [UInt8]? {
        if !first.isEmpty { return first.removeFirst() }
        let numbers = Set(waiting.map(\.address)).map { (address: $0, number: turns[$0]?.number ?? 0) }
        guard let lowest = numbers.map(\.number).min() else { return nil }
        // Among addresses without a turn, the one with the newest credential.
        guard let address = waiting.last(where: { (turns[$0.address]?.number ?? 0) == lowest })?.address else {
            return nil
        }
        let isNewest = turns[address]?.wasNewest != true
        let index =
            isNewest
            ? waiting.lastIndex { $0.address == address } : waiting.firstIndex { $0.address == address }
        guard let index else { return nil }
        lastNumber += 1
        if turns.count >= Self.maximumAddresses, turns[address] == nil,
            let oldest = turns.min(by: { $0.value.number < $1.value.number })
        {
            turns[oldest.key] = nil
        }
        turns[address] = (lastNumber, isNewest)
        return waiting.remove(at: index).digest
    }

    /// Returns the address in `peer`, which is `address:port`; for IPv6 the first 64 bits, as one machine may use all
    /// addresses of a network.
    static func address(of peer: String?) -> String {
        guard let peer, let colon = peer.lastIndex(of: ":") else { return "" }
        let host = peer[..<colon]
        guard host.hasPrefix("["), host.hasSuffix("]") else { return String(host) }
        var address = in6_addr()
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else { return String(host) }
        return withUnsafeBytes(of: &address) { bytes in bytes.prefix(8).map(String.init).joined(separator: ".") }
    }
}
