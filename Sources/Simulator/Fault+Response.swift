// SPDX-License-Identifier: Apache-2.0
import HTTPServer

extension Fault {
    /// Returns the response that replaces the regular one; nil if the fault doesn't replace it.
    /// - Parameter now: the time of the response in seconds since the epoch.
    func replacement(requestID: String, now: Int64) async -> ListenerResponse? {
        switch self {
        case .status(let status, let body, let headers):
            let headers = headers.containing("Content-Type", default: "application/json")
            return ListenerResponse(
                status: status,
                headers: headers.containing("X-request-id", default: requestID),
                body: .bytes(body)
            )
        case .throttled(let retryAfter):
            return APIResponse.gateway(
                429, "APIG.0308",
                "The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute",
                requestID, retryAfter: retryAfter.map { String($0) }
            ).response(requestID: requestID)
        case .gatewayThrottled(let retryAfter):
            return APIResponse.gateway(
                429, "APIGW.0308", "The throttling threshold has been reached: policy domain over ratelimit,limit:30",
                requestID, retryAfter: retryAfter?.value(at: now)
            ).response(requestID: requestID)
        case .unavailable(let retryAfter):
            return APIResponse.gateway(
                503, "APIG.0602", "The service is unavailable.", requestID, retryAfter: retryAfter.value(at: now)
            ).response(requestID: requestID)
        case .rejected:
            return APIResponse.badSignature("this workspace is not for you").response(requestID: requestID)
        case .html200:
            return .text(
                200,
                "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>",
                contentType: "text/html; charset=utf-8"
            )
        case .redirect(let location):
            return ListenerResponse(status: 302, headers: [("Location", location)])
        case .rawBody(let bytes, let headers):
            return ListenerResponse(
                status: 200,
                headers: headers.containing("Content-Type", default: "application/json"),
                body: .bytes(bytes)
            )
        case .flood(let prefix, let filler, let contentLength):
            return Self.flood(prefix: prefix, filler: filler, contentLength: contentLength)
        case .gzipBomb(let inflatedBytes): return GzipBomb.response(inflatedBytes: inflatedBytes)
        case .hang:
            // The listener cancels this task when the client disconnects or the server stops.
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
            return Self.aborting(reset: false)
        case .reset:
            return Self.aborting(reset: true)
        case .delay, .trickle, .cutShort, .totalLies, .totalOfPage, .omitTotal, .capPages, .emptyList, .endlessList,
            .ignoreLimit, .ignoreFilter, .shiftBetweenPages:
            return nil
        }
    }

    /// Returns `response` with the way it is sent changed by the fault.
    func shaping(_ response: ListenerResponse) -> ListenerResponse {
        guard let bytes = response.body.bytes else { return response }
        var response = response
        switch self {
        case .trickle(let bytesPer, let interval):
            response.body = .stream(contentLength: bytes.count) { writer in
                for start in stride(from: 0, to: bytes.count, by: max(bytesPer, 1)) {
                    if start > 0 { try await Task.sleep(for: interval) }
                    try await writer.write(Array(bytes[start..<min(start + max(bytesPer, 1), bytes.count)]))
                }
            }
        case .cutShort(let count):
            response.body = .stream(contentLength: bytes.count) { writer in
                try await writer.write(Array(bytes.prefix(count)))
                throw ConnectionAbort()
            }
        default: break
        }
        return response
    }

    private static func flood(prefix: [UInt8], filler: UInt8, contentLength: Int?) -> ListenerResponse {
        ListenerResponse(
            status: 200, headers: [("Content-Type", "application/json")],
            body: .stream(contentLength: contentLength) { writer in
                try await writer.write(prefix)
                let piece = [UInt8](repeating: filler, count: 64 * 1024)
                var left = contentLength.map { max(0, $0 - prefix.count) } ?? .max
                // Each write waits until the client has read the previous one, and throws if the client disconnected.
                while left > 0 {
                    try await writer.write(left < piece.count ? Array(piece.prefix(left)) : piece)
                    if contentLength != nil { left -= min(left, piece.count) }
                }
            }
        )
    }

    private static func aborting(reset: Bool) -> ListenerResponse {
        ListenerResponse(
            status: 200,
            body: .stream(contentLength: 1) { _ in throw ConnectionAbort(reset: reset) }
        )
    }
}

extension [(String, String)] {
    fileprivate func containing(_ name: String, default value: String) -> Self {
        contains { $0.0.lowercased() == name.lowercased() } ? self : self + [(name, value)]
    }
}

extension ListenerResponse.Body {
    /// The whole body; nil for kinds of bodies that the simulator doesn't use.
    fileprivate var bytes: [UInt8]? {
        switch self {
        case .none: []
        case .bytes(let bytes): bytes
        case .pieces, .stream: nil
        }
    }
}
