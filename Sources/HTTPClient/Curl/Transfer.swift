// SPDX-License-Identifier: Apache-2.0
import CCurl

/// A request that libcurl is performing. Used only on the curl thread.
final class Transfer {
    let pending: PendingRequest
    let easy: EasyHandle
    private var collector: ResponseCollector

    /// Configures `easy` for `pending`.
    /// - Throws: ``TransportFailure/Kind/invalidRequest``.
    init(_ pending: PendingRequest, _ easy: EasyHandle, now: ContinuousClock.Instant) throws(TransportFailure) {
        self.pending = pending
        self.easy = easy
        let (request, options) = (pending.request, pending.transport.options)
        collector = ResponseCollector(maxBodyBytes: request.maxBodyBytes)
        let url = try RequestURL(request.url)
        try easy.configure(options, pending.tls, url)
        try easy.configure(request, url, options, remaining: pending.deadline - now)
        // Unretained: the loop keeps this object while the handle is in the multi handle.
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

    /// Returns the transfer of an easy handle.
    static func of(_ easy: UnsafeMutableRawPointer) -> Transfer? {
        var context: UnsafeMutableRawPointer?
        guard ccurl_info_private(easy, &context) == CURLE_OK, let context else { return nil }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Returns the outcome of a finished transfer.
    func outcome(_ code: CURLcode) -> PendingRequest.Outcome {
        let receivedBytes = easy.receivedBytes
        guard code == CURLE_OK else { return .failure(failure(code, receivedBytes)) }
        guard let status = easy.status else {
            return .failure(TransportFailure(.malformed, "the response has no status", receivedBytes: receivedBytes))
        }
        return .success(
            HTTPResponse(
                status: status, headers: collector.headers, body: collector.finishBody(), receivedBytes: receivedBytes))
    }

    /// Returns the outcome of a transfer that exceeded its deadline. libcurl's own timeout doesn't apply to transfers
    /// that wait for a shared connection.
    func timedOut() -> PendingRequest.Outcome { outcome(CURLE_OPERATION_TIMEDOUT) }

    private func failure(_ code: CURLcode, _ receivedBytes: Int) -> TransportFailure {
        if let excess = collector.excess {
            return TransportFailure(.tooLarge, excess, receivedBytes: receivedBytes, status: easy.status)
        }
        let detail = easy.errorDetail
        let kind = TransportFailure.Kind(code, detail: detail, tunnelStatus: easy.tunnelStatus)
        let message = TransportFailure.message(code, detail: detail, secrets: secrets)
        return TransportFailure(kind, message, receivedBytes: receivedBytes, status: easy.status)
    }

    /// The texts that messages must not contain.
    private var secrets: [String] {
        [pending.request.url, pending.transport.options.proxyURL].compactMap { $0.flatMap(RequestURL.userInfo(in:)) }
    }

    /// Passes bytes to the collector. Returns `count`; any other value makes libcurl fail the transfer with
    /// CURLE_WRITE_ERROR.
    private static func take(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?,
        _ body: (inout ResponseCollector, UnsafeRawBufferPointer) -> Bool
    ) -> Int {
        guard let context else { return count &+ 1 }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        return body(&transfer.collector, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : count &+ 1
    }
}
