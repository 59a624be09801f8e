// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import Synchronization

/// Why a streamed body cannot be delivered as announced: a mistake of the handler, not of the peer.
enum BodyLengthMismatch: Error {
    case tooLong(announced: Int)
    case tooShort(announced: Int, written: Int)
}

/// Sends responses over one connection.
struct ResponseWriter {
    /// Bytes are turned into buffers this many at a time, so that a response of many megabytes is never held twice, and
    /// a client that takes at least this much within the stall timeout is not taken for stalled.
    static let sliceBytes = 128 * 1024

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
            let stream = StreamedBody(connection: connection, head: framing.head, length: contentLength)
            try await produce(stream)
            try await stream.finish()
        }
    }

    private func sendPieces(_ pieces: [[UInt8]], head: HTTPResponseHead) async throws {
        var waiting: [HTTPServerResponsePart] = [.head(head)]
        var waitingBytes = 0
        for piece in pieces {
            var start = 0
            while start < piece.count {
                let end = min(start + Self.sliceBytes - waitingBytes, piece.count)
                waiting.append(.body(.byteBuffer(ByteBuffer(bytes: piece[start..<end]))))
                waitingBytes += end - start
                start = end
                if waitingBytes == Self.sliceBytes {
                    try await connection.write(waiting)
                    waiting.removeAll(keepingCapacity: true)
                    waitingBytes = 0
                }
            }
        }
        try await connection.write(waiting + [.end(nil)])
    }
}

/// The writer handed to a streamed body.
private final class StreamedBody: BodyWriter {
    private struct State {
        var head: HTTPResponseHead?
        var written = 0
    }

    private let connection: Connection
    private let length: Int?
    private let state: Mutex<State>

    init(connection: Connection, head: HTTPResponseHead, length: Int?) {
        self.connection = connection
        self.length = length
        self.state = Mutex(State(head: head))
    }

    func write(_ bytes: [UInt8]) async throws {
        var start = 0
        repeat {
            let end = min(start + ResponseWriter.sliceBytes, bytes.count)
            try await connection.write(try parts(bytes[start..<end]))
            start = end
        } while start < bytes.count
    }

    func finish() async throws {
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
