// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Collects whole requests from the parts of one connection.
struct RequestReader {
    /// What came next on the connection.
    enum Outcome {
        /// A request, and whether the connection may serve another one after it.
        case request(ListenerRequest, isHTTP10: Bool, keepsAlive: Bool)
        /// Something that is answered with this status, after which the connection ends.
        case refused(Int)
        /// The peer has closed.
        case end
    }

    private let connection: Connection
    private let maxBodyBytes: Int
    private var parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

    init(
        _ connection: Connection,
        parts: NIOAsyncChannelInboundStream<HTTPServerRequestPart>,
        maxBodyBytes: Int
    ) {
        self.connection = connection
        self.maxBodyBytes = maxBodyBytes
        self.parts = parts.makeAsyncIterator()
    }

    mutating func next() async throws -> Outcome {
        do {
            return try await collect()
        } catch HTTPParserError.headerOverflow {
            return .refused(431)
        } catch HTTPParserError.invalidEOFState {
            return .end
        } catch is HTTPParserError {
            return .refused(400)
        }
    }

    private mutating func collect() async throws -> Outcome {
        guard case .head(let head)? = try await parts.next() else { return .end }
        // RFC 9112, 3.2: a request without exactly one Host is malformed.
        if head.version == .http1_1, head.headers["host"].count != 1 { return .refused(400) }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        if announced > maxBodyBytes { return .refused(413) }
        if head.version != .http1_0, head.headers.first(name: "expect")?.lowercased() == "100-continue" {
            try await connection.write([.head(HTTPResponseHead(version: .http1_1, status: .continue))])
        }
        var body: [UInt8] = []
        body.reserveCapacity(announced)
        while let part = try await parts.next() {
            switch part {
            case .head: return .refused(400)
            case .body(let bytes):
                guard body.count + bytes.readableBytes <= maxBodyBytes else { return .refused(413) }
                body.append(contentsOf: bytes.readableBytesView)
            case .end:
                let request = ListenerRequest(
                    method: head.method.rawValue,
                    target: head.uri,
                    headers: head.headers.map { (name: $0.name, value: $0.value) },
                    body: body,
                    remoteAddress: connection.remoteAddress
                )
                return .request(
                    request,
                    isHTTP10: head.version == .http1_0,
                    keepsAlive: head.isKeepAlive && !Self.parserStops(after: head)
                )
            }
        }
        return .end
    }

    /// The parser takes what follows these for another protocol and never gives another request.
    private static func parserStops(after head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }
}
