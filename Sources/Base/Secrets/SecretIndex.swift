// SPDX-License-Identifier: Apache-2.0

/// An index that finds secrets in texts. Compares bytes: a combining mark after a secret would change its last
/// `Character`.
final class SecretIndex: Sendable {
    /// The length of the prefix by which a secret is looked up, in bytes; shorter secrets are not found.
    static let windowLength = 8
    /// The minimum length of a prefix that is redacted like the whole secret, in bytes.
    private static let minimumMatchLength = 16

    private let secrets: [[UInt8]]
    /// The indices of secrets by their first ``windowLength`` bytes.
    private let secretsByPrefix: [UInt64: [Int]]
    /// For the hash of four bytes, a bit per offset at which these bytes occur in a prefix. A search looks at four
    /// bytes, then advances by ``stride``: one of these blocks is inside every prefix, wherever it starts.
    private let offsets: [UInt8]
    private let shift: UInt32
    private static let stride = windowLength - 4 + 1

    /// Creates an index.
    /// - Parameter secrets: the secrets, each of at least ``windowLength`` bytes.
    init(_ secrets: [[UInt8]]) {
        self.secrets = secrets
        var secretsByPrefix: [UInt64: [Int]] = [:]
        // A sparse table keeps false positives rare, so that the search doesn't slow down with every secret.
        var exponent: UInt32 = 12
        while 1 << exponent < secrets.count * 256 { exponent += 1 }
        let shift = 32 - exponent
        var offsets = [UInt8](repeating: 0, count: 1 << exponent)
        for (index, secret) in secrets.enumerated() {
            secret.withUnsafeBytes { bytes in
                secretsByPrefix[bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self), default: []].append(index)
                for offset in 0..<Self.stride {
                    let block = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    offsets[Self.hash(block, shift)] |= 1 << UInt8(offset)
                }
            }
        }
        self.shift = shift
        self.secretsByPrefix = secretsByPrefix
        self.offsets = offsets
    }

    /// Returns the ranges of secrets in `text`, in ascending order and without overlaps.
    func ranges(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        findPlain(in: text) { ranges.append($0) }
        for syntax in EscapeSyntax.allCases where syntax.mayOccur(in: text) {
            find(in: text, origins: nil, syntax, depth: 2) { ranges.append($0) }
        }
        guard ranges.count > 1 else { return ranges }
        var merged: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound < last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    /// Decodes the escapes in `text` and finds secrets in the result, then decodes that again, up to `depth` times.
    /// - Parameter origins: the offset of each byte of `text`, and of its end, in the original text; nil if `text` is
    ///   the original.
    private func find(
        in text: UnsafeBufferPointer<UInt8>, origins: [Int]?, _ syntax: EscapeSyntax, depth: Int,
        _ found: (Range<Int>) -> Void
    ) {
        guard let (decoded, offsets) = syntax.decode(text) else { return }
        let origins = origins.map { origins in offsets.map { origins[$0] } } ?? offsets
        decoded.withUnsafeBufferPointer { decoded in
            findPlain(in: decoded) { range in
                let original = origins[range.lowerBound]..<origins[range.upperBound]
                if !original.isEmpty { found(original) }
            }
            guard depth > 1 else { return }
            for next in EscapeSyntax.allCases where next.mayOccur(in: decoded) {
                find(in: decoded, origins: origins, next, depth: depth - 1, found)
            }
        }
    }

    private func findPlain(in text: UnsafeBufferPointer<UInt8>, _ found: (Range<Int>) -> Void) {
        guard text.count >= Self.windowLength, let bytes = text.baseAddress.map({ UnsafeRawPointer($0) }) else {
            return
        }
        let last = text.count &- 4
        let shift = shift
        offsets.withUnsafeBufferPointer { table in
            // Without bounds checks, which would cost as much as the search: every hash is within the table.
            guard let table = table.baseAddress else { return }
            var position = 0
            // The end of the last match.
            var end = 0
            while position <= last {
                let offsets = table[Self.hash(bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self), shift)]
                if offsets != 0, let range = match(in: text, around: position, offsets, from: end) {
                    found(range)
                    end = range.upperBound
                    position = end
                } else {
                    position &+= Self.stride
                }
            }
        }
    }

    /// Returns the range of the first secret that has the block at `position` at one of `offsets` and starts at or
    /// after `start`.
    private func match(
        in text: UnsafeBufferPointer<UInt8>, around position: Int, _ offsets: UInt8, from start: Int
    ) -> Range<Int>? {
        for offset in (0..<Self.stride).reversed() where offsets >> UInt8(offset) & 1 != 0 {
            let begin = position - offset
            guard begin >= start, begin + Self.windowLength <= text.count else { continue }
            let window = UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: begin, as: UInt64.self)
            guard let candidates = secretsByPrefix[window] else { continue }
            let length = matchLength(candidates, text[begin...])
            if length > 0 { return begin..<(begin + length) }
        }
        return nil
    }

    /// Returns the length of the longest match of `candidates` at the start of `text`; 0 if there is none.
    private func matchLength(_ candidates: [Int], _ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var longest = 0
        for candidate in candidates {
            let secret = secrets[candidate]
            var length = 0
            for (left, right) in zip(secret, text) {
                if left != right { break }
                length += 1
            }
            if length >= min(secret.count, Self.minimumMatchLength) { longest = max(longest, length) }
        }
        return longest
    }

    @inline(__always)
    private static func hash(_ block: UInt32, _ shift: UInt32) -> Int {
        Int(truncatingIfNeeded: (block &* 0x9E37_79B1) &>> shift)
    }
}
