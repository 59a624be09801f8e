// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Tracks the distinct bytes that responses in flight keep in memory, and selects responses to drop at the limit.
struct BytesInFlight {
    private let limit: Int
    /// The contents by the address of an array's storage, which several responses can share.
    private var contents: [UInt: (bytes: Int, responses: Int)] = [:]
    private var responses: [UInt64: [UInt]] = [:]
    private var begun: UInt64 = 0
    /// The sum of the distinct bytes.
    private(set) var total = 0

    /// - Parameter limit: the maximum sum, in bytes.
    init(limit: Int) { self.limit = limit }

    /// Adds a response, which is always accepted; the oldest responses are dropped if necessary, so that slow readers
    /// never make a scrape fail.
    /// - Parameter body: the addresses of its arrays' storages, with their sizes in bytes.
    /// - Returns: the response's id, and the ids of the responses to drop.
    mutating func begin(_ body: [UInt: Int]) -> (id: UInt64, dropped: [UInt64]) {
        begun += 1
        let id = begun
        var size = 0
        for (content, bytes) in body {
            if contents[content] == nil { total += bytes }
            contents[content, default: (bytes, 0)].responses += 1
            size += bytes
        }
        responses[id] = Array(body.keys)
        // Two versions and two formats of a page near the limit must not drop each other.
        let budget = max(limit, size.multipliedReportingOverflow(by: 3).partialValue)
        guard total > budget else { return (id, []) }
        var dropped: [UInt64] = []
        for other in responses.keys.sorted() where other != id && total > budget {
            end(other)
            dropped.append(other)
        }
        return (id, dropped)
    }

    /// Removes a response that has been sent or dropped. Does nothing if it is already removed.
    mutating func end(_ id: UInt64) {
        for content in responses.removeValue(forKey: id) ?? [] {
            guard let known = contents[content] else { continue }
            if known.responses > 1 {
                contents[content] = (known.bytes, known.responses - 1)
            } else {
                contents[content] = nil
                total -= known.bytes
            }
        }
    }
}

/// The responses that a listener is sending.
final class ResponsesInFlight: Sendable {
    /// The size below which bodies are not counted, in bytes: a connection itself takes more memory.
    private static let smallBytes = 64 * 1024

    private struct State {
        var bytes: BytesInFlight
        var connections: [UInt64: Connection] = [:]
    }

    private let state: Mutex<State>
    private let noteDropped: @Sendable (Connection) -> Void

    /// - Parameters:
    ///   - limit: the maximum number of distinct bytes.
    ///   - noteDropped: called with each connection whose response is dropped.
    init(limit: Int, noteDropped: @escaping @Sendable (Connection) -> Void) {
        state = Mutex(State(bytes: BytesInFlight(limit: limit)))
        self.noteDropped = noteDropped
    }

    /// Adds a response, and resets the connections of responses that are dropped for it.
    /// - Returns: the id for ``end(_:)``; nil if the response is too small to be counted.
    func begin(_ body: ListenerResponse.Body, of connection: Connection) -> UInt64? {
        let contents = body.contents
        guard contents.values.reduce(0, +) >= Self.smallBytes else { return nil }
        let (id, dropped) = state.withLock { state in
            let (id, dropped) = state.bytes.begin(contents)
            state.connections[id] = connection
            return (id, dropped.compactMap { state.connections.removeValue(forKey: $0) })
        }
        for other in dropped {
            noteDropped(other)
            other.reset()
        }
        return id
    }

    /// Removes a response that has been sent or has failed.
    func end(_ id: UInt64) {
        state.withLock { state in
            state.bytes.end(id)
            state.connections[id] = nil
        }
    }
}

extension ListenerResponse.Body {
    /// The storages that a body keeps in memory while it is sent: addresses, with sizes in bytes. Empty for streams.
    fileprivate var contents: [UInt: Int] {
        let pieces: [[UInt8]] =
            switch self {
            case .none, .stream: []
            case .bytes(let bytes): [bytes]
            case .pieces(let pieces): pieces
            }
        var contents: [UInt: Int] = [:]
        for piece in pieces where !piece.isEmpty {
            piece.withUnsafeBytes { contents[UInt(bitPattern: $0.baseAddress)] = $0.count }
        }
        return contents
    }
}
