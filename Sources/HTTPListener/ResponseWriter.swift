// SPDX-License-Identifier: Apache-2.0
import Glibc
import NIOCore
import NIOHTTP1
import Synchronization

/// Why a streamed body cannot be delivered as announced: a mistake of the handler, not of the peer.
enum BodyLengthMismatch: Error {
    case tooLong(announced: Int)
    case tooShort(announced: Int, written: Int)
}

/// Part of a body cannot be read from its file: the machine's trouble, not the peer's.
struct BodyFileUnreadable: Error {
    let errno: Int32
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
            try await sendPieces([.bytes(bytes)], head: framing.head)
        case .pieces(let pieces):
            try await sendPieces(pieces, head: framing.head)
        case .stream(let contentLength, let produce):
            let stream = StreamedBody(connection: connection, head: framing.head, length: contentLength)
            try await produce(stream)
            try await stream.finish()
        }
    }

    private func sendPieces(_ pieces: [BodyPiece], head: HTTPResponseHead) async throws {
        var batch = PartBatch(head: head)
        defer { batch.releaseFiles() }
        for piece in pieces {
            switch piece {
            case .bytes(let bytes):
                for range in Self.slices(of: bytes.indices) {
                    try await add(ByteBuffer(bytes: bytes[range]), to: &batch)
                }
            case .file(let file, let range) where connection.sendsFiles:
                // In slices like the rest, so that the stall guard sees each of them go.
                batch.add(file, Self.slices(of: range))
            case .file(let file, let range):
                for slice in Self.slices(of: range) { try await add(try file.read(slice), to: &batch) }
            }
        }
        // SwiftNIO takes a request for answered once the end is queued, and from then on closes the connection at a stop,
        // whatever still waits before it.
        if batch.hasFiles { try await connection.write(batch.take()) }
        try await connection.write(batch.take() + [.end(nil)])
    }

    private func add(_ buffer: ByteBuffer, to batch: inout PartBatch) async throws {
        if batch.bytes > 0, batch.bytes + buffer.readableBytes > Self.sliceBytes {
            try await connection.write(batch.take())
        }
        batch.add(buffer)
    }

    private static func slices(of range: Range<Int>) -> [Range<Int>] {
        stride(from: range.lowerBound, to: range.upperBound, by: sliceBytes).map {
            $0..<min($0 + sliceBytes, range.upperBound)
        }
    }
}

/// Parts of a response that wait to be written together.
private struct PartBatch {
    private var parts: [HTTPServerResponsePart]
    /// How many bytes of it are held in memory.
    private(set) var bytes = 0
    /// With the files themselves, which keep the descriptors open.
    private var files: [(handle: NIOFileHandle, file: BodyFile)] = []

    var hasFiles: Bool { !files.isEmpty }

    init(head: HTTPResponseHead) { parts = [.head(head)] }

    mutating func add(_ buffer: ByteBuffer) {
        parts.append(.body(.byteBuffer(buffer)))
        bytes += buffer.readableBytes
    }

    mutating func add(_ file: BodyFile, _ ranges: [Range<Int>]) {
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: file.descriptor)
        files.append((handle, file))
        for range in ranges {
            let region = FileRegion(fileHandle: handle, readerIndex: range.lowerBound, endIndex: range.upperBound)
            parts.append(.body(.fileRegion(region)))
        }
    }

    mutating func take() -> [HTTPServerResponsePart] {
        defer {
            parts.removeAll(keepingCapacity: true)
            bytes = 0
        }
        return parts
    }

    /// The descriptors are the files' owners', so the handles must not think that they are to be closed. Called when
    /// everything is written, or the connection is gone.
    mutating func releaseFiles() {
        for (handle, _) in files { _ = try? handle.takeDescriptorOwnership() }
        files = []
    }
}

extension BodyFile {
    /// The bytes of a range.
    /// - Throws: ``BodyFileUnreadable``.
    fileprivate func read(_ range: Range<Int>) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: range.count)
        var offset = range.lowerBound
        while offset < range.upperBound {
            var count = 0
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.upperBound - offset) { bytes in
                count = pread(descriptor, bytes.baseAddress, range.upperBound - offset, off_t(offset))
                return max(0, count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BodyFileUnreadable(errno: count < 0 ? errno : EIO) }
            offset += count
        }
        return buffer
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
