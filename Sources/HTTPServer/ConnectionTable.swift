// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The open connections and what each of them is doing. Decides which one is closed when there are too many.
struct ConnectionTable {
    typealias ID = ObjectIdentifier

    /// What a connection is doing. Idle ones are closed first to make room, then those that receive; busy ones never.
    enum Activity: Int {
        /// It waits for a request, or for the peer to close.
        case idle
        /// It is in a TLS handshake, or has received a part of a request.
        case receiving
        /// A request is handled, or its response is sent.
        case busy
    }

    /// What to do about a new connection.
    enum Admission: Equatable {
        case admitted
        /// There is no room, but there may be soon: these are to be asked whether they can be closed.
        case waits(asking: [ID])
        /// None of the others can be closed.
        case refused
    }

    private struct Entry {
        var activity = Activity.idle
        var since: NIODeadline
        /// Nil until it has been set up.
        var descriptor: CInt?
        /// Whether it has been asked to close and has not answered yet.
        var isAsked = false
    }

    /// One that began to receive a shorter time ago than this is not closed: mostly its request is complete by then.
    private static let receivingTime = TimeAmount.milliseconds(100)

    private let limit: Int
    private let hasUnreadBytes: (CInt) -> Bool
    private var entries: [ID: Entry] = [:]

    /// - Parameters:
    ///   - limit: the maximum number of connections.
    ///   - hasUnreadBytes: whether a socket has received bytes that nobody has read: a request that is about to be served.
    init(limit: Int, hasUnreadBytes: @escaping (CInt) -> Bool) {
        self.limit = limit
        self.hasUnreadBytes = hasUnreadBytes
    }

    /// Adds a connection if there is room. Where there is none, one that can probably be closed is to be asked.
    mutating func admit(_ id: ID, now: NIODeadline) -> Admission {
        if entries.count < limit {
            entries[id] = Entry(since: now)
            return .admitted
        }
        // What is not set up yet, or has been asked, is known a moment later.
        if entries.values.contains(where: { $0.descriptor == nil || $0.isAsked }) { return .waits(asking: []) }
        let asked = ask(1, now: now)
        return asked.isEmpty ? .refused : .waits(asking: asked)
    }

    /// Notes the socket of a connection, by which it can be seen whether a request has come.
    mutating func setUp(_ id: ID, descriptor: CInt) { entries[id]?.descriptor = descriptor }

    /// Notes what a connection does from `now` on.
    mutating func note(_ activity: Activity, of id: ID, now: NIODeadline) {
        guard entries[id] != nil else { return }
        entries[id]?.activity = activity
        entries[id]?.since = now
    }

    /// Removes a connection that has been closed.
    mutating func remove(_ id: ID) { entries[id] = nil }

    /// Returns up to `count` connections that can probably be closed: those that have been idle longest, then those that
    /// have been receiving longest.
    ///
    /// Only the connection's own event loop knows: another one may take a request that has just been read for none. So
    /// each is asked there, by ``close(_:now:)``.
    mutating func ask(_ count: Int, now: NIODeadline) -> [ID] {
        let closable = entries.filter { !$0.value.isAsked && isClosable($0.value, now) }
            .sorted { ($0.value.activity.rawValue, $0.value.since) < ($1.value.activity.rawValue, $1.value.since) }
        var asked: [ID] = []
        for (id, entry) in closable where asked.count < count && !hasUnread(entry) { asked.append(id) }
        for id in asked { entries[id]?.isAsked = true }
        return asked
    }

    /// Removes a connection that has been asked, if it can be closed; to be called on its own event loop.
    /// - Returns: whether it is to be closed now.
    mutating func close(_ id: ID, now: NIODeadline) -> Bool {
        guard let entry = entries[id] else { return false }
        guard isClosable(entry, now), !hasUnread(entry) else {
            entries[id]?.isAsked = false
            return false
        }
        entries[id] = nil
        return true
    }

    private func hasUnread(_ entry: Entry) -> Bool { entry.descriptor.map(hasUnreadBytes) ?? true }

    private func isClosable(_ entry: Entry, _ now: NIODeadline) -> Bool {
        switch entry.activity {
        case .idle: true
        case .receiving: entry.since + Self.receivingTime <= now
        case .busy: false
        }
    }
}
