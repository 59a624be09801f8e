// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A request and the task that waits for its outcome, shared by that task and the curl thread.
final class PendingRequest: Sendable {
    typealias Outcome = Result<HTTPResponse, TransportFailure>

    let request: HTTPRequest
    let transport: CurlTransport
    /// The content of the TLS files, if the request needs them.
    let tls: TLSContent?
    /// The time at which the request fails; includes time spent in queues.
    let deadline: ContinuousClock.Instant

    /// The maximum timeout, which fits libcurl's milliseconds: one day.
    static let maximumTimeout = Duration.seconds(86_400)

    private let state = Mutex(PendingRequestState<CheckedContinuation<Outcome, Never>>())

    init(
        _ request: HTTPRequest, _ transport: CurlTransport, _ tls: TLSContent? = nil, deadline: ContinuousClock.Instant
    ) {
        self.request = request
        self.transport = transport
        self.tls = tls
        self.deadline = deadline
    }

    /// Posts the request to `mailbox`, suspends until it is finished, and returns the outcome.
    func outcome(by mailbox: Mailbox) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard state.withLock({ $0.wait(continuation) }) else {
                    return continuation.resume(returning: .failure(.taskCanceled))
                }
                if !mailbox.post({ $0.submissions.append(self) }) { complete(.failure(.shutDown)) }
            }
        } onCancel: {
            // Resumed here, so that the caller doesn't wait for the curl thread.
            switch state.withLock({ $0.cancel() }) {
            case .nothing:
                break
            case .resume(let continuation):
                continuation.resume(returning: .failure(.taskCanceled))
            case .resumeAndAbort(let continuation):
                continuation.resume(returning: .failure(.taskCanceled))
                mailbox.post { $0.aborts.append(self) }
            }
        }
    }

    /// Marks the request as started by the curl thread; returns false if it was canceled.
    func start() -> Bool { state.withLock { $0.start() } }

    /// Resumes the waiting task with `outcome`, unless the request was canceled.
    ///
    /// `outcome` is consumed, so that the resumed task is the only owner of the body and can modify it without a copy.
    func complete(_ outcome: consuming Outcome) {
        if let continuation = state.withLock({ $0.complete() }) { continuation.resume(returning: outcome) }
    }
}

extension TransportFailure {
    static let taskCanceled = TransportFailure(.canceled, "the task was canceled")
    static let shutDown = TransportFailure(.canceled, "the transport was shut down")
}
