// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// How a response's end is marked, decided from the request and the body.
struct ResponseFraming {
    /// Whether the body itself is sent.
    var sendsBody: Bool
    /// The body's length, nil where it is not known.
    var length: Int?
    /// Whether the connection serves another request afterwards.
    var keepsAlive: Bool
    /// The head with its framing headers.
    var head: HTTPResponseHead

    init(_ response: ListenerResponse, method: String, isHTTP10: Bool, keepsAlive: Bool) {
        let status = HTTPResponseStatus(statusCode: response.status)
        // RFC 9110, 8.6: these have no body, and 204 no length either.
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
                // Without chunks only the end of the connection can end the body.
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
    /// The length of the body, nil where only writing it will tell.
    var length: Int? {
        switch self {
        case .none: 0
        case .bytes(let bytes): bytes.count
        case .pieces(let pieces): pieces.reduce(0) { $0 + $1.count }
        case .stream(let contentLength, _): contentLength
        }
    }
}
