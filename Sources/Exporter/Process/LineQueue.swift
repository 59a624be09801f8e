// SPDX-License-Identifier: Apache-2.0

/// A bounded queue of lines to write. Lines that do not fit are dropped and counted.
///
/// After the first dropped line, more lines are dropped until half of the queue is free again, so that a slow reader
/// gets contiguous runs of lines with a count between them.
struct LineQueue {
    /// An entry for the writer.
    enum Entry: Equatable {
        /// A line with its line feed.
        case line([UInt8])
        /// The number of lines that were dropped at this position.
        case dropped(UInt64)

        fileprivate var byteCount: Int { if case .line(let bytes) = self { bytes.count } else { 0 } }
    }

    /// The maximum number of queued lines.
    let maximumLines: Int
    /// The maximum number of queued bytes.
    let maximumBytes: Int
    /// The number of dropped lines since the start.
    private(set) var dropped: UInt64 = 0

    private var entries: [Entry?] = []
    private var first = 0
    private var bytes = 0
    /// The number of dropped lines that no entry has reported yet.
    private var unreported: UInt64 = 0
    private var isOverflowing = false

    /// Creates a queue with limits.
    init(maximumLines: Int = 8_192, maximumBytes: Int = 2 << 20) {
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    /// The number of queued entries.
    var count: Int { entries.count - first }

    /// Whether there is nothing to write.
    var isEmpty: Bool { count == 0 && unreported == 0 }

    /// Appends a line or drops it.
    /// - Returns: whether it was appended.
    @discardableResult
    mutating func add(_ line: [UInt8]) -> Bool {
        if isOverflowing, count <= maximumLines / 2, bytes <= maximumBytes / 2 { isOverflowing = false }
        guard !isOverflowing, count < maximumLines, bytes + line.count <= maximumBytes else {
            isOverflowing = true
            noteDropped()
            return false
        }
        append(line)
        return true
    }

    /// Appends a line regardless of the limits; for the last lines of the process.
    mutating func addRegardless(_ line: [UInt8]) { append(line) }

    /// Removes and returns the next entry to write; nil if there is nothing to write.
    mutating func next() -> Entry? {
        guard first < entries.count else {
            guard unreported > 0 else { return nil }
            isOverflowing = false
            return .dropped(takeUnreported())
        }
        let entry = entries[first]
        entries[first] = nil
        first += 1
        // Moves the rest to the front only if the cost per line is small.
        if first == entries.count || first >= 1_024 && first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
        bytes -= entry?.byteCount ?? 0
        return entry
    }

    /// Counts a line that was removed from the queue but could not be written.
    mutating func noteDropped() {
        dropped += 1
        unreported += 1
    }

    private mutating func append(_ line: [UInt8]) {
        if unreported > 0 { entries.append(.dropped(takeUnreported())) }
        entries.append(.line(line))
        bytes += line.count
    }

    private mutating func takeUnreported() -> UInt64 {
        defer { unreported = 0 }
        return unreported
    }
}
