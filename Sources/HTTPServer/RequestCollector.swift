// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// Assembles a request from its parsed parts, within the limits.
struct RequestCollector {
    /// The next request of a connection, or its end.
    enum Outcome {
        /// A complete request, and whether the connection can be reused after it.
        case request(ListenerRequest, isHTTP10: Bool, keepsAlive: Bool)
        /// An invalid request, with the response status; the connection is closed after the response.
        case rejected(Int)
        /// The peer has closed the connection.
        case end
    }

    /// The result of adding a part.
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

    /// - Parameter maxBodyBytes: the maximum size of a body; beyond it the response is 413.
    init(maxBodyBytes: Int, remoteAddress: String?) {
        self.maxBodyBytes = maxBodyBytes
        self.remoteAddress = remoteAddress
    }

    /// Returns the limits that the HTTP parser enforces.
    static func decoderLimits(maxHeaderBytes: Int, maxHeaderLines: Int) -> NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = maxHeaderBytes
        limits.maxHeaderListSize = maxHeaderBytes
        limits.maxHeaderFieldCount = maxHeaderLines
        return limits
    }

    /// Returns the outcome for an error of the parser.
    static func outcome(of error: HTTPParserError) -> Outcome {
        switch error {
        case .headerOverflow: .rejected(431)
        case .invalidEOFState: .end
        default: .rejected(400)
        }
    }

    /// Adds the next part.
    mutating func take(_ part: HTTPServerRequestPart) -> Step {
        switch (part, head) {
        case (.head(let head), nil): return begin(head)
        case (.body(let bytes), .some):
            guard body.count + bytes.readableBytes <= maxBodyBytes else { return .done(.rejected(413)) }
            body.append(contentsOf: bytes.readableBytesView)
            return .more
        case (.end, let head?): return .done(request(head))
        case (.head, .some), (.body, nil), (.end, nil): return .done(.rejected(400))
        }
    }

    private mutating func begin(_ head: HTTPRequestHead) -> Step {
        // RFC 9112, section 3.2: a request must have exactly one Host header.
        if head.version == .http1_1, head.headers["host"].count != 1 { return .done(.rejected(400)) }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        if announced > maxBodyBytes { return .done(.rejected(413)) }
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

    /// Whether the parser stops after this request because it expects another protocol.
    private static func parserStops(after head: HTTPRequestHead) -> Bool {
        head.method == .CONNECT || head.headers.contains(name: "upgrade")
    }
}
