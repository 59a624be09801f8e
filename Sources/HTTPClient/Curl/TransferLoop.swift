// SPDX-License-Identifier: Apache-2.0
import CCurl

/// The main loop of the curl thread, created and used only on it.
struct TransferLoop {
    /// How long after libcurl's timeout ours applies; libcurl's message has more detail.
    private static let grace = Duration.milliseconds(20)

    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private var active: [ObjectIdentifier: Transfer] = [:]
    private var pools = ConnectionPools()
    /// The earliest deadline of an active transfer, or earlier.
    private var nextDeadline: ContinuousClock.Instant?

    init(_ multi: MultiHandle, _ mailbox: Mailbox) {
        self.multi = multi.pointer
        self.mailbox = mailbox
    }

    /// Runs until a stop is requested, then fails the remaining requests and frees the multi handle.
    mutating func run() {
        while true {
            let messages = mailbox.take()
            if messages.stop {
                for pending in messages.submissions { pending.complete(.failure(.shutDown)) }
                break
            }
            for pending in messages.submissions { begin(pending) }
            for pending in messages.aborts { abort(pending) }
            for transport in messages.drops { pools.drop(transport) }
            work()
        }
        close()
    }

    private mutating func work() {
        var running: Int32 = 0
        let code = curl_multi_perform(multi, &running)
        if code != CURLM_OK {
            // The state of all transfers is unknown; new ones may succeed.
            let reason = String(cString: curl_multi_strerror(code))
            endAll(with: TransportFailure(.interrupted, "libcurl failed: \(reason)"))
        }
        finishDone()
        finishLate()
        pools.dropExpired(now: .now)
        _ = curl_multi_poll(multi, nil, 0, pollTimeout, nil)
    }

    private mutating func begin(_ pending: PendingRequest) {
        guard pending.start() else { return }
        let now = ContinuousClock.now
        guard let pool = pools.pool(for: pending.transport, tls: pending.tls, now: now), let easy = EasyHandle(pool)
        else {
            return pending.complete(.failure(TransportFailure(.invalidRequest, "no memory for a libcurl handle")))
        }
        let transfer: Transfer
        do {
            transfer = try Transfer(pending, easy, now: now)
        } catch {
            return pending.complete(.failure(error))
        }
        let code = curl_multi_add_handle(multi, easy.pointer)
        guard code == CURLM_OK else {
            let reason = String(cString: curl_multi_strerror(code))
            return pending.complete(
                .failure(TransportFailure(.invalidRequest, "libcurl rejected the request: \(reason)")))
        }
        active[ObjectIdentifier(pending)] = transfer
        let deadline = pending.deadline.advanced(by: Self.grace)
        nextDeadline = min(nextDeadline ?? deadline, deadline)
    }

    /// Aborts the transfer of a canceled request, unless it is finished.
    private mutating func abort(_ pending: PendingRequest) {
        if let transfer = active[ObjectIdentifier(pending)] { remove(transfer) }
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
        for transfer in Array(active.values) where now >= transfer.pending.deadline.advanced(by: Self.grace) {
            finish(transfer, transfer.timedOut())
        }
        nextDeadline = active.values.map { $0.pending.deadline.advanced(by: Self.grace) }.min()
    }

    private mutating func finish(_ transfer: Transfer, _ outcome: consuming PendingRequest.Outcome) {
        if case .failure(let failure) = outcome, failure.kind.mayBeConnectionFault {
            pools.retire(transfer.easy.pool, of: transfer.pending.transport.id)
        }
        // Removed first, so that the resumed task can reuse the connection.
        remove(transfer)
        transfer.pending.complete(outcome)
    }

    private mutating func remove(_ transfer: Transfer) {
        active[ObjectIdentifier(transfer.pending)] = nil
        curl_multi_remove_handle(multi, transfer.easy.pointer)
    }

    private mutating func endAll(with failure: TransportFailure) {
        for transfer in Array(active.values) { finish(transfer, .failure(failure)) }
        nextDeadline = nil
    }

    /// The milliseconds until the next deadline or expiry, at most 60,000, or 200 while there are transfers. Wake-ups and
    /// libcurl's timers end the poll earlier.
    private var pollTimeout: Int32 {
        // Under load, libcurl 7.88 leaves responses on a shared HTTP/2 connection unprocessed until it is called again.
        // Without this limit, such a request ends with a timeout.
        let longest = active.isEmpty ? 60_000 : 200
        guard let next = [nextDeadline, pools.nextExpiry].compactMap({ $0 }).min() else { return Int32(longest) }
        let remaining = (next - ContinuousClock.now).roundedUpMilliseconds
        return Int32(max(0, min(longest, Int(remaining))))
    }

    private mutating func close() {
        endAll(with: .shutDown)
        for pending in mailbox.close().submissions { pending.complete(.failure(.shutDown)) }
        pools.dropAll()
        curl_multi_cleanup(multi)
        mailbox.end()
    }
}

extension TransportFailure.Kind {
    /// Whether the cause may be the connection or the resolved address, so that later requests should not reuse them.
    fileprivate var mayBeConnectionFault: Bool {
        switch self {
        case .connect, .interrupted, .tls, .timeout: true
        case .resolve, .tooLarge, .malformed, .canceled, .invalidRequest: false
        }
    }
}
