// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A pool of idle decoders. There are as many decoders as pages are decoded concurrently.
final class PageDecoderPool: Sendable {
    /// The capacity, in bytes, beyond which a decoder is freed instead of pooled, so that one huge page doesn't occupy
    /// memory forever.
    private static let maximumCapacity = DecodingLimiter.smallPageBytes

    private let idle = Mutex<[IdleDecoder]>([])

    /// A decoder in the pool, wrapped to pass the lock.
    ///
    /// @unchecked: ``withDecoder(_:)`` removes a decoder from the pool while it is in use, so one task at a time uses
    /// it.
    private struct IdleDecoder: @unchecked Sendable {
        let decoder: PageDecoder
    }

    /// Runs `body` with exclusive use of a decoder.
    /// - Throws: ``PageDecodingError`` if a parser can't be allocated, and the errors of `body`.
    func withDecoder<Result>(
        _ body: (PageDecoder) throws(PageDecodingError) -> Result
    ) throws(PageDecodingError) -> Result {
        let pooled = idle.withLock { $0.popLast() }
        guard let decoder = pooled?.decoder ?? PageDecoder() else {
            throw PageDecodingError(message: "out of memory for a JSON parser")
        }
        defer {
            if decoder.capacity <= Self.maximumCapacity {
                let pooled = IdleDecoder(decoder: decoder)
                idle.withLock { $0.append(pooled) }
            }
        }
        return try body(decoder)
    }
}
