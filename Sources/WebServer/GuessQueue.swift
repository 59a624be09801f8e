// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// The pairs of user and password that wait for bcrypt, and the order in which they are checked.
///
/// Addresses take turns, so that guesses from one cannot delay a right password from another; an address that has not
/// been checked for longest is next. Of the pairs from one address the newest and the oldest take turns: clients that
/// guess send the next pair when the one before is answered, so that a pair that has just come seldom waits, and the oldest is
/// not passed over for ever.
struct GuessQueue: Sendable {
    /// The most pairs that wait.
    static let limit = 128
    /// The most addresses whose turns are remembered.
    private static let maximumAddresses = 1_024

    /// Those that are checked before all others.
    private var first: [[UInt8]] = []
    /// The others, in the order they came.
    private var waiting: [(digest: [UInt8], address: String)] = []
    /// The last turn of each address.
    private var turns: [String: (number: UInt64, wasNewest: Bool)] = [:]
    private var lastNumber: UInt64 = 0

    /// Adds a pair that is not in the queue.
    /// - Parameter isFirst: whether it is checked before all others; such pairs do not count against the limit.
    /// - Returns: the pair that leaves the queue if it is full: the oldest from the address that has most of them.
    mutating func add(_ digest: [UInt8], from address: String, isFirst: Bool = false) -> [UInt8]? {
        if isFirst {
            first.append(digest)
            return nil
        }
        waiting.append((digest, address))
        guard waiting.count > Self.limit else { return nil }
        var counts: [String: Int] = [:]
        for guess in waiting { counts[guess.address, default: 0] += 1 }
        let most = counts.values.max()
        return waiting.firstIndex { counts[$0.address] == most }.map { waiting.remove(at: $0).digest }
    }

    /// Removes a pair.
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

    /// Takes the pair to check next; nil if none is waiting.
    mutating func next() -> [UInt8]? {
        if !first.isEmpty { return first.removeFirst() }
        let numbers = Set(waiting.map(\.address)).map { (address: $0, number: turns[$0]?.number ?? 0) }
        guard let lowest = numbers.map(\.number).min() else { return nil }
        // Several addresses without a turn: the one whose pair came last.
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

    /// The address in `peer`, which is `address:port`; of IPv6 the first 64 bits, because one machine may use all of the rest.
    static func address(of peer: String?) -> String {
        guard let peer, let colon = peer.lastIndex(of: ":") else { return "" }
        let host = peer[..<colon]
        guard host.hasPrefix("["), host.hasSuffix("]") else { return String(host) }
        var address = in6_addr()
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1 else { return String(host) }
        return withUnsafeBytes(of: &address) { bytes in bytes.prefix(8).map(String.init).joined(separator: ".") }
    }
}
