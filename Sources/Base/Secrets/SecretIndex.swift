// SPDX-License-Identifier: Apache-2.0

/// Finds secrets in texts. Bytes are compared, not characters: a combining mark after a secret would make another one of
/// its last.
final class SecretIndex: Sendable {
    /// The bytes by which a secret is looked up; shorter secrets are not found.
    static let windowLength = 8
    /// So many bytes of a secret are taken for the whole.
    private static let tellingLength = 16

    private let secrets: [[UInt8]]
    /// The secrets that begin with a window.
    private let beginnings: [UInt64: [Int]]
    /// Where in beginnings the four bytes with a hash stand: a bit for each offset. A text is looked at four bytes at a
    /// time, each five bytes after the last; whatever the place of a beginning, one of these is within it.
    private let offsets: [UInt8]
    private let shift: UInt32
    private static let stride = windowLength - 4 + 1

    /// - Parameter secrets: each of at least ``windowLength`` bytes.
    init(_ secrets: [[UInt8]]) {
        self.secrets = secrets
        var beginnings: [UInt64: [Int]] = [:]
        // Few of the hashes are in use, or searching would get slower with every secret.
        var exponent: UInt32 = 12
        while 1 << exponent < secrets.count * 256 { exponent += 1 }
        let shift = 32 - exponent
        var offsets = [UInt8](repeating: 0, count: 1 << exponent)
        for (index, secret) in secrets.enumerated() {
            secret.withUnsafeBytes { bytes in
                beginnings[bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self), default: []].append(index)
                for offset in 0..<Self.stride {
                    let block = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                    offsets[Self.hash(block, shift)] |= 1 << UInt8(offset)
                }
            }
        }
        self.shift = shift
        self.beginnings = beginnings
        self.offsets = offsets
    }

    /// The places of secrets in `text`, in ascending order, none overlapping another.
    func ranges(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        findPlain(in: text) { ranges.append($0) }
        for spelling in EscapedSpelling.allCases where spelling.mayOccur(in: text) {
            find(in: text, sources: nil, spelling, depth: 2) { ranges.append($0) }
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

    /// Finds secrets in what `text` means when its escapes of one spelling are decoded, and once more decoded.
    /// - Parameter sources: where each byte of `text` comes from, and where it ends; nil: from the same place.
    private func find(
        in text: UnsafeBufferPointer<UInt8>, sources: [Int]?, _ spelling: EscapedSpelling, depth: Int,
        _ found: (Range<Int>) -> Void
    ) {
        guard let (decoded, ownPlaces) = spelling.decode(text) else { return }
        let places = sources.map { sources in ownPlaces.map { sources[$0] } } ?? ownPlaces
        decoded.withUnsafeBufferPointer { decoded in
            findPlain(in: decoded) { range in
                let source = places[range.lowerBound]..<places[range.upperBound]
                if !source.isEmpty { found(source) }
            }
            guard depth > 1 else { return }
            for next in EscapedSpelling.allCases where next.mayOccur(in: decoded) {
                find(in: decoded, sources: places, next, depth: depth - 1, found)
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
            // Without checks of bounds, which would cost as much as the search: no hash is beyond the table.
            guard let table = table.baseAddress else { return }
            var position = 0
            // The end of the last secret that was found.
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

    /// The first secret of which one of the bytes `offsets` stands at `position`, and which does not begin before `start`.
    private func match(
        in text: UnsafeBufferPointer<UInt8>, around position: Int, _ offsets: UInt8, from start: Int
    ) -> Range<Int>? {
        for offset in (0..<Self.stride).reversed() where offsets >> UInt8(offset) & 1 != 0 {
            let begin = position - offset
            guard begin >= start, begin + Self.windowLength <= text.count else { continue }
            let window = UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: begin, as: UInt64.self)
            guard let candidates = beginnings[window] else { continue }
            let length = matchLength(candidates, text[begin...])
            if length > 0 { return begin..<(begin + length) }
        }
        return nil
    }

    /// How many bytes of `text` are one of `candidates`, or the beginning of one; 0 if too few.
    private func matchLength(_ candidates: [Int], _ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var longest = 0
        for candidate in candidates {
            let secret = secrets[candidate]
            var length = 0
            for (left, right) in zip(secret, text) {
                if left != right { break }
                length += 1
            }
            if length >= min(secret.count, Self.tellingLength) { longest = max(longest, length) }
        }
        return longest
    }

    @inline(__always)
    private static func hash(_ block: UInt32, _ shift: UInt32) -> Int {
        Int(truncatingIfNeeded: (block &* 0x9E37_79B1) &>> shift)
    }
}
