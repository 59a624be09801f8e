// SPDX-License-Identifier: Apache-2.0
import CCurl

/// One exchange while libcurl carries it out. Belongs to the curl thread.
final class Transfer {
    let exchange: Exchange
    let easy: EasyHandle
    private var collector: ResponseCollector

    /// Readies `easy` for `exchange`.
    /// - Throws: ``TransportFailure/Kind/invalidRequest``.
    init(_ exchange: Exchange, _ easy: EasyHandle, now: ContinuousClock.Instant) throws(TransportFailure) {
        self.exchange = exchange
        self.easy = easy
        let (request, options) = (exchange.request, exchange.transport.options)
        collector = ResponseCollector(maxBodyBytes: request.maxBodyBytes)
        let url = try RequestURL(request.url)
        try easy.configure(options, exchange.tls, url)
        try easy.configure(request, url, options, remaining: exchange.deadline - now)
        // Unretained: the loop keeps this object for as long as the handle is part of the multi handle.
        let context = UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque())
        try easy.set(CURLOPT_PRIVATE, context)
        try easy.set(CURLOPT_HEADERDATA, context)
        try easy.set(CURLOPT_WRITEDATA, context)
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
        let kind = TransportFailure.Kind(code, detail: detail, tunnelStatus: easy.tunnelStatus)
        let message = TransportFailure.message(code, detail: detail, secrets: secrets)
        return TransportFailure(kind, message, receivedBytes: receivedBytes, status: easy.status)
    }

    /// What no message may repeat.
    private var secrets: [String] {
        [exchange.request.url, exchange.transport.options.proxyURL].compactMap { $0.flatMap(RequestURL.userInfo(in:)) }
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
