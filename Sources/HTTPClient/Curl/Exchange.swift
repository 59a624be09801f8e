// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// One request and whoever waits for its outcome: the part that the waiting task and the curl thread share.
final class Exchange: Sendable {
    typealias Outcome = Result<HTTPResponse, TransportFailure>

    let request: HTTPRequest
    let transport: CurlTransport
    /// What the TLS files hold, if the request needs them.
    let tls: TLSContent?
    /// Counted from the call, so that time spent in a queue is part of the exchange.
    let deadline: ContinuousClock.Instant

    /// Far beyond any sensible timeout, and small enough for libcurl's milliseconds.
    static let longest = Duration.seconds(86_400)

    private let state = Mutex(ExchangeState<CheckedContinuation<Outcome, Never>>())

    init(
        _ request: HTTPRequest, _ transport: CurlTransport, _ tls: TLSContent? = nil, deadline: ContinuousClock.Instant
    ) {
        self.request = request
        self.transport = transport
        self.tls = tls
        self.deadline = deadline
    }

    /// Suspends until the exchange has ended, carried out by whoever reads `mailbox`.
    func outcome(by mailbox: Mailbox) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard state.withLock({ $0.wait(continuation) }) else {
                    return continuation.resume(returning: .failure(.taskCancelled))
                }
                if !mailbox.post({ $0.submissions.append(self) }) { complete(.failure(.shutDown)) }
            }
        } onCancel: {
            // Resumed here and not by the curl thread: the caller need not wait for the latter to come around.
            switch state.withLock({ $0.cancel() }) {
            case .nothing:
                break
            case .resume(let continuation):
                continuation.resume(returning: .failure(.taskCancelled))
            case .resumeAndAbort(let continuation):
                continuation.resume(returning: .failure(.taskCancelled))
                mailbox.post { $0.aborts.append(self) }
            }
        }
    }

    /// The curl thread takes it up; false: cancelled meanwhile.
    func start() -> Bool { state.withLock { $0.start() } }

    /// Ends the exchange, unless a cancellation was faster.
    ///
    /// Consumed, here and on the way: whoever waits runs at once on another thread, and would have to copy a body that this
    /// one still holds before it may write behind it.
    func complete(_ outcome: consuming Outcome) {
        if let continuation = state.withLock({ $0.complete() }) { continuation.resume(returning: outcome) }
    }
}

extension TransportFailure {
    static let taskCancelled = TransportFailure(.cancelled, "the waiting task was cancelled")
    static let shutDown = TransportFailure(.cancelled, "the transport was shut down")
}
