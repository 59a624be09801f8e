// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Puts a request together from its parsed parts, within the limits.
struct RequestCollector {
    /// What came next on the connection.
    enum Outcome {
        /// A request, and whether the connection may serve another one after it.
        case request(ListenerRequest, isHTTP10: Bool, keepsAlive: Bool)
        /// Something that is answered with this status, after which the connection ends.
        case refused(Int)
        /// The peer has closed.
        case end
    }

    /// What a part leads to.
    enum Step {
        case more
        /// The client waits for `100 Continue` before it sends the body.
        case bodyExpected
        case done(Outcome)
    }

    private let maxBodyBytes: Int
    private let remoteAddress: String?
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    /// - Parameter maxBodyBytes: the maximum length of a body; a longer one is answered 413.
    init(maxBodyBytes: Int, remoteAddress: String?) {
        self.maxBodyBytes = maxBodyBytes
        self.remoteAddress = remoteAddress
    }

    /// The limits that the HTTP parser enforces.
    static func decoderLimits(maxHeaderBytes: Int, maxHeaderLines: Int) -> NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxHeaderBytes
        limits.maxHeaderListSize = maxHeaderBytes
        limits.maxHeaderFieldCount = maxHeaderLines
        return limits
    }

    /// What the parser's error means.
    static func outcome(of error: HTTPParserError) -> Outcome {
        switch error {
        case .headerOverflow: .refused(431)
        case .invalidEOFState: .end
        default: .refused(400)
        }
    }

    /// Takes the next part.
    mutating func take(_ part: HTTPServerRequestPart) -> Step {
        switch (part, head) {
        case (.head(let head), nil): return begin(head)
        case (.body(let bytes), .some):
            guard body.count + bytes.readableBytes <= maxBodyBytes else { return .done(.refused(413)) }
            body.append(contentsOf: bytes.readableBytesView)
            return .more
        case (.end, let head?): return .done(request(head))
        case (.head, .some), (.body, nil), (.end, nil): return .done(.refused(400))
        }
    }

    private mutating func begin(_ head: HTTPRequestHead) -> Step {
        // RFC 9112, 3.2: a request without exactly one Host is malformed.
        if head.version == .http1_1, head.headers["host"].count != 1 { return .done(.refused(400)) }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        if announced > maxBodyBytes { return .done(.refused(413)) }
        body.reserveCapacity(announced)
        self.head = head
        let expectsContinue = head.headers.first(name: "expect")?.lowercased() == "100-continue"
        return head.version != .http1_0 && expectsContinue ? .bodyExpected : .more
    }

    private func request(_ head: HTTPRequestHead) -> Outcome {
        let request = ListenerRequest(
            method: head.method.rawValue,
            target: head.uri,
            headers: head.headers.map { (name: $0.name, value: $0.value) },
            body: body,
            remoteAddress: remoteAddress
        )
        return .request(
            request,
            isHTTP10: head.version == .http1_0,
            keepsAlive: head.isKeepAlive && !Self.parserStops(after: head)
        )
    }

    /// The parser takes what follows these for another protocol and never gives another request.
    private static func parserStops(after head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }
}
