// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// The framing of a response, derived from the request and the body.
struct ResponseFraming {
    /// Whether the body is sent.
    var sendsBody: Bool
    /// The body's length in bytes; nil if unknown.
    var length: Int?
    /// Whether the connection stays open for another request.
    var keepsAlive: Bool
    /// The head, with framing headers.
    var head: HTTPResponseHead

    init(_ response: ListenerResponse, method: String, isHTTP10: Bool, keepsAlive: Bool) {
        let status = HTTPResponseStatus(statusCode: response.status)
        // RFC 9110, section 8.6: some statuses have no body, and 204 has no Content-Length.
        let mayHaveBody = status.mayHaveResponseBody
        length = response.body.length
        sendsBody = mayHaveBody && method != "HEAD"
        var headers = HTTPHeaders()
        var closes = !keepsAlive
        for (name, value) in response.headers {
            switch name.lowercased() {
            case "content-length", "transfer-encoding": continue
            case "connection":
                closes = closes || value.lowercased().contains("close")
                continue
            default: headers.add(name: name, value: value)
            }
        }
        if mayHaveBody {
            if let length {
                headers.add(name: "Content-Length", value: String(length))
            } else if isHTTP10 {
                // HTTP/1.0 has no chunks: closing the connection ends the body.
                closes = true
            } else if sendsBody {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            }
        }
        if closes {
            headers.add(name: "Connection", value: "close")
        } else if isHTTP10 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        self.keepsAlive = !closes
        self.head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    }
}

extension ListenerResponse.Body {
    /// The length of the body in bytes; nil for a stream of unknown length.
    var length: Int? {
        switch self {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .pieces(let pieces): pieces.reduce(0) { $0 + $1.count }
        case .stream(let contentLength, _): contentLength
        }
    }
}
