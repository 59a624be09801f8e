// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Decoders that wait for their next page. As many exist as pages are decoded at the same moment.
final class PageDecoderPool: Sendable {
    /// A decoder that had to grow beyond this is given back to the system: one hostile page must not cost memory for
    /// ever.
    private static let keptCapacity = DecodingTurns.smallPageBytes

    private let idle = Mutex<[Parked]>([])

    /// A decoder on its way through the lock, under which it is taken out of the list and put back. Nobody keeps it beyond
    /// ``withDecoder(_:)``.
    ///
    /// @unchecked: one task at a time uses it.
    private struct Parked: @unchecked Sendable {
        let decoder: PageDecoder
    }

    /// Runs `body` with a decoder that nobody else uses meanwhile.
    func withDecoder<Result>(
        _ body: (PageDecoder) throws(PageDecodingError) -> Result
    ) throws(PageDecodingError) -> Result {
        let parked = idle.withLock { $0.popLast() }
        guard let decoder = parked?.decoder ?? PageDecoder() else {
            throw PageDecodingError(message: "no memory for a JSON parser")
        }
        defer {
            if decoder.capacity <= Self.keptCapacity {
                let parked = Parked(decoder: decoder)
                idle.withLock { $0.append(parked) }
            }
        }
        return try body(decoder)
    }
}
