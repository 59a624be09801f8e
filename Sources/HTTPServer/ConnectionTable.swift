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
        /// It is admitted, and this one is to be closed.
        case replaces(ID)
        /// None of the others can be closed.
        case refused
    }

    private struct Entry {
        var activity = Activity.idle
        var since: NIODeadline
        /// Nil until it has been set up.
        var descriptor: CInt?
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

    /// Adds a connection if there is room or another one can be closed for it.
    mutating func admit(_ id: ID, now: NIODeadline) -> Admission {
        var admission = Admission.admitted
        if entries.count >= limit {
            guard let other = leastUseful(now) else { return .refused }
            entries[other] = nil
            admission = .replaces(other)
        }
        entries[id] = Entry(since: now)
        return admission
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

    /// Removes up to `count` connections that can be closed, in the order in which ``admit(_:now:)`` would.
    mutating func makeRoom(_ count: Int, now: NIODeadline) -> [ID] {
        var removed: [ID] = []
        while removed.count < count, let id = leastUseful(now) {
            entries[id] = nil
            removed.append(id)
        }
        return removed
    }

    /// The connection that has been idle longest, else the one that has been receiving longest; nil if each is busy or
    /// about to be.
    private func leastUseful(_ now: NIODeadline) -> ID? {
        // What is not set up yet may be it, or may have a request: a moment later that is known.
        if entries.values.contains(where: { $0.descriptor == nil }) { return nil }
        return entries.filter { isClosable($0.value, now) }
            .sorted { ($0.value.activity.rawValue, $0.value.since) < ($1.value.activity.rawValue, $1.value.since) }
            .first { $0.value.descriptor.map { !hasUnreadBytes($0) } ?? false }?.key
    }

    private func isClosable(_ entry: Entry, _ now: NIODeadline) -> Bool {
        switch entry.activity {
        case .idle: true
        case .receiving: entry.since + Self.receivingTime <= now
        case .busy: false
        }
    }
}
