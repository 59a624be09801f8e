// SPDX-License-Identifier: Apache-2.0
import CCurl

/// What the curl thread does from beginning to end. Made on that thread, and owned by it with everything it holds.
struct TransferLoop {
    /// How late our own deadline comes after libcurl's, which knows more of where the time went.
    private static let grace = Duration.milliseconds(20)

    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private var active: [ObjectIdentifier: Transfer] = [:]
    private var pools = ConnectionPools()
    /// No deadline of an active transfer is earlier.
    private var nextDeadline: ContinuousClock.Instant?

    init(_ multi: MultiHandle, _ mailbox: Mailbox) {
        self.multi = multi.pointer
        self.mailbox = mailbox
    }

    /// Works until a stop is asked for, then ends what is left and frees the multi handle.
    mutating func run() {
        while true {
            let letters = mailbox.take()
            if letters.stop {
                for exchange in letters.submissions { exchange.complete(.failure(.shutDown)) }
                break
            }
            for exchange in letters.submissions { begin(exchange) }
            for exchange in letters.aborts { abort(exchange) }
            for transport in letters.drops { pools.drop(transport) }
            work()
        }
        close()
    }

    private mutating func work() {
        var running: Int32 = 0
        let code = curl_multi_perform(multi, &running)
        if code != CURLM_OK {
            // Nothing is known of any transfer now; fresh ones may fare better.
            let reason = String(cString: curl_multi_strerror(code))
            endAll(with: TransportFailure(.interrupted, "libcurl failed: \(reason)"))
        }
        finishDone()
        finishLate()
        pools.dropExpired(now: .now)
        _ = curl_multi_poll(multi, nil, 0, pollTimeout, nil)
    }

    private mutating func begin(_ exchange: Exchange) {
        guard exchange.start() else { return }
        let now = ContinuousClock.now
        guard let pool = pools.pool(for: exchange.transport, tls: exchange.tls, now: now), let easy = EasyHandle(pool)
        else {
            return exchange.complete(.failure(TransportFailure(.invalidRequest, "no memory for libcurl's handles")))
        }
        let transfer: Transfer
        do {
            transfer = try Transfer(exchange, easy, now: now)
        } catch {
            return exchange.complete(.failure(error))
        }
        let code = curl_multi_add_handle(multi, easy.pointer)
        guard code == CURLM_OK else {
            let reason = String(cString: curl_multi_strerror(code))
            return exchange.complete(.failure(TransportFailure(.invalidRequest, "libcurl refuses it: \(reason)")))
        }
        active[ObjectIdentifier(exchange)] = transfer
        let deadline = exchange.deadline.advanced(by: Self.grace)
        nextDeadline = min(nextDeadline ?? deadline, deadline)
    }

    /// Drops the transfer of an exchange whose waiter has gone, if it has not ended in the meantime.
    private mutating func abort(_ exchange: Exchange) {
        if let transfer = active[ObjectIdentifier(exchange)] { remove(transfer) }
    }

    private mutating func finishDone() {
        var pointer: UnsafeMutableRawPointer?
        var code = CURLE_OK
        while ccurl_next_done(multi, &pointer, &code) {
            guard let pointer, let transfer = Transfer.of(pointer) else { continue }
            finish(transfer, transfer.outcome(code))
        }
    }

    private mutating func finishLate() {
        let now = ContinuousClock.now
        guard let next = nextDeadline, now >= next else { return }
        for transfer in Array(active.values) where now >= transfer.exchange.deadline.advanced(by: Self.grace) {
            finish(transfer, transfer.timedOut())
        }
        nextDeadline = active.values.map { $0.exchange.deadline.advanced(by: Self.grace) }.min()
    }

    private mutating func finish(_ transfer: Transfer, _ outcome: consuming Exchange.Outcome) {
        if case .failure(let failure) = outcome, failure.kind.isOfConnection {
            pools.retire(transfer.easy.pool, of: transfer.exchange.transport.id)
        }
        // Removed first: whoever is resumed may find the connection free.
        remove(transfer)
        transfer.exchange.complete(outcome)
    }

    private mutating func remove(_ transfer: Transfer) {
        active[ObjectIdentifier(transfer.exchange)] = nil
        curl_multi_remove_handle(multi, transfer.easy.pointer)
    }

    private mutating func endAll(with failure: TransportFailure) {
        for transfer in Array(active.values) { finish(transfer, .failure(failure)) }
        nextDeadline = nil
    }

    /// Until the next deadline, or until connections become too old; a wake-up or libcurl's own timers end the sleep earlier.
    private var pollTimeout: Int32 {
        guard let next = [nextDeadline, pools.nextExpiry].compactMap({ $0 }).min() else { return 60_000 }
        let remaining = (next - ContinuousClock.now).roundedUpMilliseconds
        return Int32(max(0, min(60_000, remaining)))
    }

    private mutating func close() {
        endAll(with: .shutDown)
        for exchange in mailbox.close().submissions { exchange.complete(.failure(.shutDown)) }
        pools.dropAll()
        curl_multi_cleanup(multi)
        mailbox.end()
    }
}

extension TransportFailure.Kind {
    /// Whether the cause may be the connection or the address, so that the next request should use others.
    fileprivate var isOfConnection: Bool {
        switch self {
        case .connect, .interrupted, .tls, .timeout: true
        case .resolve, .tooLarge, .malformed, .cancelled, .invalidRequest: false
        }
    }
}
