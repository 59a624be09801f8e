// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The open connections and their activities. Selects the connections to close at the limit.
struct ConnectionTable {
    typealias ID = ObjectIdentifier

    /// The activity of a connection. At the limit, idle connections are closed first, then receiving ones; busy ones
    /// never.
    enum Activity: Int {
        /// Waits for a request, or for the peer to close.
        case idle
        /// In a TLS handshake, or has received part of a request.
        case receiving
        /// Handles a request, or sends its response.
        case busy
    }

    /// The decision about a new connection.
    enum Admission: Equatable {
        case admitted
        /// The limit is reached, but connections may be closed soon: `closing` those that are still idle on their event
        /// loops.
        case wait(closing: [ID])
        /// The limit is reached and no other connection can be closed.
        case rejected
    }

    private struct Entry {
        var activity = Activity.idle
        var since: NIODeadline
        /// The socket; nil until the connection is set up.
        var descriptor: CInt?
        /// Whether it was selected for closing and its event loop has not decided yet.
        var isCandidate = false
    }

    /// How long a receiving connection is not closed: most requests are complete by then.
    private static let receivingGrace = TimeAmount.milliseconds(100)

    private let limit: Int
    private let hasUnreadBytes: (CInt) -> Bool
    private var entries: [ID: Entry] = [:]

    /// - Parameters:
    ///   - limit: the maximum number of connections.
    ///   - hasUnreadBytes: returns whether a socket has unread bytes, that is, a request that is about to be served.
    init(limit: Int, hasUnreadBytes: @escaping (CInt) -> Bool) {
        self.limit = limit
        self.hasUnreadBytes = hasUnreadBytes
    }

    /// Adds a connection if the limit permits; otherwise selects another one to close.
    mutating func admit(_ id: ID, now: NIODeadline) -> Admission {
        if entries.count < limit {
            entries[id] = Entry(since: now)
            return .admitted
        }
        // Connections that are being set up, or may be about to close, are decided a moment later.
        if entries.values.contains(where: { $0.descriptor == nil || $0.isCandidate }) { return .wait(closing: []) }
        let candidates = selectCandidates(1, now: now)
        return candidates.isEmpty ? .rejected : .wait(closing: candidates)
    }

    /// Stores the socket of a connection, for checking whether it has unread bytes.
    mutating func setUp(_ id: ID, descriptor: CInt) { entries[id]?.descriptor = descriptor }

    /// Stores the new activity of a connection.
    mutating func note(_ activity: Activity, of id: ID, now: NIODeadline) {
        guard entries[id] != nil else { return }
        entries[id]?.activity = activity
        entries[id]?.since = now
    }

    /// Removes a connection that has been closed.
    mutating func remove(_ id: ID) { entries[id] = nil }

    /// Selects up to `count` connections that can probably be closed: the longest idle first, then the longest
    /// receiving.
    ///
    /// Only a connection's own event loop can decide whether it is idle: another thread could miss a request that has
    /// just been read. The caller calls ``close(_:now:)`` there.
    mutating func selectCandidates(_ count: Int, now: NIODeadline) -> [ID] {
        let closable = entries.filter { !$0.value.isCandidate && isClosable($0.value, now) }
            .sorted { ($0.value.activity.rawValue, $0.value.since) < ($1.value.activity.rawValue, $1.value.since) }
        var candidates: [ID] = []
        for (id, entry) in closable where candidates.count < count && !hasUnread(entry) { candidates.append(id) }
        for id in candidates { entries[id]?.isCandidate = true }
        return candidates
    }

    /// Removes a selected connection if it can still be closed. Must be called on its event loop.
    /// - Returns: whether to close it.
    mutating func close(_ id: ID, now: NIODeadline) -> Bool {
        guard let entry = entries[id] else { return false }
        guard isClosable(entry, now), !hasUnread(entry) else {
            entries[id]?.isCandidate = false
            return false
        }
        entries[id] = nil
        return true
    }

    private func hasUnread(_ entry: Entry) -> Bool { entry.descriptor.map(hasUnreadBytes) ?? true }

    private func isClosable(_ entry: Entry, _ now: NIODeadline) -> Bool {
        switch entry.activity {
        case .idle: true
        case .receiving: entry.since + Self.receivingGrace <= now
        case .busy: false
        }
    }
}
