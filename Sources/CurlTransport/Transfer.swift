// SPDX-License-Identifier: Apache-2.0
import CCurl
import Transport

/// One exchange while libcurl carries it out. Belongs to the curl thread.
final class Transfer {
    let exchange: Exchange
    let easy: EasyHandle
    let pool: ConnectionPool
    private var collector: ResponseCollector

    /// Readies `easy` for `exchange`.
    /// - Parameters:
    ///   - pool: whose connections to use.
    ///   - body: empty, perhaps with room for the body.
    /// - Throws: ``TransportFailure/Kind/invalidRequest``.
    init(
        _ exchange: Exchange, _ easy: EasyHandle, _ pool: ConnectionPool, now: ContinuousClock.Instant,
        body: [UInt8] = []
    ) throws(TransportFailure) {
        self.exchange = exchange
        self.easy = easy
        self.pool = pool
        let (request, options, tls) = (exchange.request, exchange.route.options, exchange.tls)
        collector = ResponseCollector(maxBodyBytes: request.maxBodyBytes, body: body)
        let url = try RequestURL(request.url)
        let isPlain = request.method == .get && options.serverName == nil
        let wanted = EasyHandle.Standing(options: options, tls: tls, isTLS: url.isTLS, headers: request.headers)
        let standing = easy.standing
        // None until all is set: a handle that is set by half stands for nothing.
        easy.keepOptions(as: nil)
        if isPlain, let standing, standing.hasEqualConnections(wanted) {
            try easy.reconfigure(request, standing, remaining: exchange.deadline - now)
        } else {
            if standing != nil { easy.reset() }
            try easy.configure(options, tls, url)
            try easy.configure(request, url, options, remaining: exchange.deadline - now)
            try easy.keepErrorDetail()
            try setCallbacks()
        }
        try easy.join(pool)
        // Unretained: the loop keeps this object for as long as the handle is part of the multi handle.
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_PRIVATE, context)
        try easy.set(CURLOPT_HEADERDATA, context)
        try easy.set(CURLOPT_WRITEDATA, context)
        if isPlain { easy.keepOptions(as: wanted) }
    }

    private func setCallbacks() throws(TransportFailure) {
        try easy.set(CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.take(bytes, size * count, context) { $0.takeHeaderLine($1) }
        }
        try easy.set(CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.take(bytes, size * count, context) { $0.takeBody($1) }
        }
    }

    /// The transfer behind a handle that libcurl gives back.
    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var context: UnsafeMutableRawPointer?
        guard ccurl_info_private(easy, &context) == CURLE_OK, let context else { return nil }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// What the exchange has come to, now that libcurl is done with it.
    func outcome(_ code: CURLcode) -> Exchange.Outcome {
        let receivedBytes = easy.receivedBytes
        guard code == CURLE_OK else { return .failure(failure(code, receivedBytes)) }
        guard let status = easy.status else {
            return .failure(TransportFailure(.malformed, "no status came", receivedBytes: receivedBytes))
        }
        return .success(
            HTTPResponse(
                status: status, headers: collector.headers, body: collector.finishBody(), receivedBytes: receivedBytes))
    }

    /// Our own clock ran out; libcurl's does not run for transfers that wait for a connection to share.
    func timedOut() -> Exchange.Outcome { outcome(CURLE_OPERATION_TIMEDOUT) }

    private func failure(_ code: CURLcode, _ receivedBytes: Int) -> TransportFailure {
        if let excess = collector.excess {
            return TransportFailure(.tooLarge, excess, receivedBytes: receivedBytes, status: easy.status)
        }
        let detail = easy.errorDetail
        let kind = FailureMapping.kind(code, detail: detail, tunnelStatus: easy.tunnelStatus)
        let message = FailureMapping.message(code, detail: detail, secrets: secrets)
        return TransportFailure(kind, message, receivedBytes: receivedBytes, status: easy.status)
    }

    /// What no message may repeat.
    private var secrets: [String] {
        var urls = [exchange.request.url]
        if case .url(let proxy) = exchange.route.options.proxy { urls.append(proxy) }
        return urls.compactMap(RequestURL.userInfo(in:))
    }

    /// A number other than the count makes libcurl end the transfer with CURLE_WRITE_ERROR.
    private static func take(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ body: (inout ResponseCollector, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context else { return count &+ 1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return body(&transfer.collector, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : count &+ 1
    }
}
