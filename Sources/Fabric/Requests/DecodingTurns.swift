// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// Bounds the memory of pages that are decoded at the same time, over all sources. Decoding takes some 12 × the bytes of a
/// page, and how many it has is the service's to say: so large pages are decoded one after the other.
final class DecodingTurns: Sendable {
    /// The most bytes of a page that is decoded without waiting. A page of 100 rows has about 120,000.
    static let smallPageBytes = 1 << 18

    private let isTaken = Mutex(false)
    private let freed = ChangeSignal()

    /// Runs `body`, which decodes a page of `bytes` bytes, when it may.
    /// - Throws: ``APIFailure`` if the task is canceled before.
    func run<Result>(
        bytes: Int, _ body: () async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        guard bytes > Self.smallPageBytes else { return try await body() }
        while true {
            let seen = freed.version
            if take() { break }
            await freed.wait(beyond: seen)
            if Task.isCancelled {
                throw APIFailure(.timeout, "the poll was ended before its page could be decoded")
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
