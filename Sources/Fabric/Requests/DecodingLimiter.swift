// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// Limits the memory for decoding pages, over all sources. Decoding takes about 12 × a page's size, which the service
/// determines, so large pages are decoded one at a time.
final class DecodingLimiter: Sendable {
    /// The maximum size, in bytes, of a page that is decoded without waiting. A page of 100 rows has about 120,000
    /// bytes.
    static let smallPageBytes = 1 << 18

    private let isTaken = Mutex(false)
    private let freed = ChangeSignal()

    /// Runs `body`, which decodes a page of `bytes` bytes, after waiting if the page is large.
    /// - Throws: ``APIFailure`` if the task is canceled while it waits, and the errors of `body`.
    func run<Result>(
        bytes: Int, _ body: () async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        guard bytes > Self.smallPageBytes else { return try await body() }
        while true {
            let seen = freed.version
            if take() { break }
            await freed.wait(beyond: seen)
            if Task.isCancelled {
                throw APIFailure(.timeout, "poll canceled before its page was decoded")
            }
        }
        defer {
            isTaken.withLock { $0 = false }
            freed.notify()
        }
        return try await body()
    }

    private func take() -> Bool {
        isTaken.withLock { isTaken in
            defer { isTaken = true }
            return !isTaken
        }
    }
}
