// SPDX-License-Identifier: Apache-2.0

/// What has been made of the units of one format's page: their compressed forms, and their places in a file.
struct UnitStore {
    /// Shorter stretches are sent from memory: a call of the kernel for each costs more than a copy.
    private static let fileBytes = 64 * 1024

    private var deflated: [PageUnit.Key: DeflatedBlock] = [:]
    private var places: [PageUnit.Key: Range<Int>] = [:]
    private var file: PageFile?

    /// The compressed units of `segments`, each segment as one.
    mutating func deflate(
        _ segments: [[PageUnit]], _ deflater: Deflater?
    ) -> [(block: DeflatedBlock, bytes: PagePiece)] {
        var kept: [PageUnit.Key: DeflatedBlock] = [:]
        let blocks = segments.map { units -> (DeflatedBlock, PagePiece) in
            var whole = DeflatedBlock()
            for unit in units {
                let block = deflated[unit.key] ?? DeflatedBlock(unit.bytes, deflater)
                kept[unit.key] = block
                whole.append(block)
            }
            guard whole.bytes.count >= Self.fileBytes, let file = PageFile(), let range = file.append(whole.bytes)
            else {
                return (whole.withoutBytes, .bytes(whole.bytes))
            }
            return (whole.withoutBytes, .file(file, range))
        }
        deflated = kept
        return blocks
    }

    /// The units of `segments` as they are: long segments from the file, short ones from memory.
    mutating func lay(_ segments: [[PageUnit]]) -> [[PagePiece]] {
        let long = segments.filter { Self.isLong($0) }.joined()
        let count = long.reduce(0) { $0 + $1.count }
        // What is no longer served is left behind in the file, until it is the larger part.
        if count == 0 || file.map({ $0.count > 2 * count + 1024 * 1024 }) != false {
            file = count == 0 ? nil : PageFile()
            places = [:]
        }
        var kept: [PageUnit.Key: Range<Int>] = [:]
        defer { places = kept }
        return segments.map { units in
            guard Self.isLong(units), let file, let ranges = place(units, file, &kept) else {
                return [.bytes(Self.bytes(of: units))]
            }
            return ranges.map { .file(file, $0) }
        }
    }

    private static func isLong(_ units: [PageUnit]) -> Bool { units.reduce(0) { $0 + $1.count } >= fileBytes }

    private static func bytes(of units: [PageUnit]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(units.reduce(0) { $0 + $1.count })
        for unit in units { unit.append(to: &bytes) }
        return bytes
    }

    /// The ranges in which the units are, neighbours joined; nil where the file takes no more.
    private func place(
        _ units: [PageUnit], _ file: PageFile, _ kept: inout [PageUnit.Key: Range<Int>]
    ) -> [Range<Int>]? {
        var ranges: [Range<Int>] = []
        func add(_ range: Range<Int>) {
            if let last = ranges.last, last.upperBound == range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        var fresh: [PageUnit] = []
        /// Neighbours that are new are written by one call.
        func writeFresh() -> Bool {
            guard !fresh.isEmpty else { return true }
            guard let range = file.append(Self.bytes(of: fresh)) else { return false }
            var start = range.lowerBound
            for unit in fresh {
                kept[unit.key] = start..<start + unit.count
                start += unit.count
            }
            fresh = []
            add(range)
            return true
        }
        for unit in units {
            if let place = places[unit.key] {
                guard writeFresh() else { return nil }
                kept[unit.key] = place
                add(place)
            } else {
                fresh.append(unit)
                if fresh.count >= 64, !writeFresh() { return nil }
            }
        }
        return writeFresh() ? ranges : nil
    }
}
