// SPDX-License-Identifier: Apache-2.0

/// Lines that wait to be written, in order. It is bounded: lines that do not fit are dropped and counted.
///
/// After the first dropped line, further ones are dropped until half of the queue is free again, so that a slow reader
/// gets runs of lines with a count between them, not every other line.
struct LineQueue {
    /// What the writer gets.
    enum Entry: Equatable {
        /// A line, with its line feed.
        case line([UInt8])
        /// So many lines were dropped here.
        case dropped(UInt64)

        fileprivate var byteCount: Int { if case .line(let bytes) = self { bytes.count } else { 0 } }
    }

    /// The most lines that wait.
    let maximumLines: Int
    /// The most bytes that wait.
    let maximumBytes: Int
    /// The number of lines that were not written, since the start.
    private(set) var dropped: UInt64 = 0

    private var entries: [Entry?] = []
    private var first = 0
    private var bytes = 0
    /// How many of the dropped lines no entry has reported yet.
    private var unreported: UInt64 = 0
    private var isOverflowing = false

    /// A queue with these limits.
    init(maximumLines: Int = 8_192, maximumBytes: Int = 2 << 20) {
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
    }

    /// The number of entries that wait.
    var count: Int { entries.count - first }

    /// Whether nothing waits.
    var isEmpty: Bool { count == 0 && unreported == 0 }

    /// Appends a line, or drops it.
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

    /// Appends a line regardless of the limits; for the few that a process writes when it ends.
    mutating func addRegardless(_ line: [UInt8]) { append(line) }

    /// Removes the entry that is to be written next; nil if nothing waits.
    mutating func next() -> Entry? {
        guard first < entries.count else {
            guard unreported > 0 else { return nil }
            isOverflowing = false
            return .dropped(takeUnreported())
        }
        let entry = entries[first]
        entries[first] = nil
        first += 1
        // Moves the rest to the front only when that is cheap for each line.
        if first == entries.count || first >= 1_024 && first * 2 > entries.count {
            entries.removeFirst(first)
            first = 0
        }
        bytes -= entry?.byteCount ?? 0
        return entry
    }

    /// Counts a line that left the queue but could not be written.
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
