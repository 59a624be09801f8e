// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import Synchronization

/// The error of a streamed body whose length differs from the announced one: a fault of the handler, not of the peer.
enum BodyLengthMismatch: Error {
    case tooLong(announced: Int)
    case tooShort(announced: Int, written: Int)
}

/// Sends responses over a connection.
struct ResponseWriter {
    /// The number of bytes copied into a buffer at a time, so that a large response is never in memory twice, nor large
    /// parts of it for each slow client. A client that reads at least this much within the stall timeout isn't stalled.
    static let sliceBytes = 64 * 1024

    let connection: Connection

    func send(_ body: ListenerResponse.Body, framing: ResponseFraming) async throws {
        guard framing.sendsBody else { return try await connection.write([.head(framing.head), .end(nil)]) }
        switch body {
        case .none:
            try await connection.write([.head(framing.head), .end(nil)])
        case .bytes(let bytes):
            try await sendPieces([bytes], head: framing.head)
        case .pieces(let pieces):
            try await sendPieces(pieces, head: framing.head)
        case .stream(let contentLength, let produce):
            let stream = BodyWriter(connection: connection, head: framing.head, length: contentLength)
            try await produce(stream)
            try await stream.finish()
        }
    }

    /// Joins pieces into full slices, so that many short ones need no more writes than a long one.
    private func sendPieces(_ pieces: [[UInt8]], head: HTTPResponseHead) async throws {
        let count = pieces.reduce(0) { $0 + $1.count }
        var parts: [HTTPServerResponsePart] = [.head(head)]
        var slice = ByteBufferAllocator().buffer(capacity: min(count, Self.sliceBytes))
        for piece in pieces {
            var rest = piece[...]
            while !rest.isEmpty {
                if slice.readableBytes == Self.sliceBytes {
                    try await connection.write(parts + [.body(.byteBuffer(slice))])
                    parts = []
                    slice.clear()
                }
                let next = rest.prefix(Self.sliceBytes - slice.readableBytes)
                slice.writeBytes(next)
                rest = rest.dropFirst(next.count)
            }
        }
        if slice.readableBytes > 0 { parts.append(.body(.byteBuffer(slice))) }
        if count > Self.sliceBytes {
            // Once the end is queued, SwiftNIO closes the connection on shutdown, even if a slow client has not read
            // the response yet.
            try await connection.write(parts)
            parts = []
        }
        try await connection.write(parts + [.end(nil)])
    }
}

/// A writer for a streamed body.
public final class BodyWriter: Sendable {
    private struct State {
        var head: HTTPResponseHead?
        var written = 0
    }

    private let connection: Connection
    private let length: Int?
    private let state: Mutex<State>

    fileprivate init(connection: Connection, head: HTTPResponseHead, length: Int?) {
        self.connection = connection
        self.length = length
        self.state = Mutex(State(head: head))
    }

    /// Sends `bytes`; returns when the kernel has accepted them, which applies backpressure from a slow peer.
    /// - Throws: if the peer has disconnected or stalled, or if the announced length is exceeded.
    public func write(_ bytes: [UInt8]) async throws {
        var start = 0
        repeat {
            let end = min(start + ResponseWriter.sliceBytes, bytes.count)
            try await connection.write(try parts(bytes[start..<end]))
            start = end
        } while start < bytes.count
    }

    fileprivate func finish() async throws {
        let parts = try parts([])
        let written = state.withLock { $0.written }
        if let length, written < length { throw BodyLengthMismatch.tooShort(announced: length, written: written) }
        try await connection.write(parts + [.end(nil)])
    }

    private func parts(_ bytes: ArraySlice<UInt8>) throws -> [HTTPServerResponsePart] {
        let head = try state.withLock { state in
            if let length, state.written + bytes.count > length { throw BodyLengthMismatch.tooLong(announced: length) }
            state.written += bytes.count
            defer { state.head = nil }
            return state.head
        }
        var parts: [HTTPServerResponsePart] = head.map { [.head($0)] } ?? []
        if !bytes.isEmpty { parts.append(.body(.byteBuffer(ByteBuffer(bytes: bytes)))) }
        return parts
    }
}
