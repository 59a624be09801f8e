// SPDX-License-Identifier: Apache-2.0

/// Says of each record of a page, in their order, whether its row is wanted.
protocol RecordFilter {
    /// The times that records may have; any other is absent and malformed.
    var plausibleTimes: PlausibleTimes { get }
    /// Whether the row of this id is wanted.
    mutating func admit(_ id: RecordID) -> Bool
    /// Told of every admitted row: its fields of a wrong type, and its times that are unreadable or implausible.
    mutating func noteMalformed(_ fields: Int)
    /// Told of a record without a usable id.
    /// - Parameter isShared: whether it is the one that the page before ended with; no id tells.
    mutating func skip(malformedFields: Int, isShared: Bool)
}

/// Lets each id of a listing pass once, and counts what cannot be used.
struct RowFilter: RecordFilter {
    let plausibleTimes: PlausibleTimes
    private(set) var ids: Set<RecordID> = []
    private(set) var skipped = 0
    private(set) var malformed = 0

    init(plausibleTimes: PlausibleTimes) { self.plausibleTimes = plausibleTimes }

    mutating func admit(_ id: RecordID) -> Bool { ids.insert(id).inserted }

    mutating func noteMalformed(_ fields: Int) { malformed += fields }

    mutating func skip(malformedFields: Int, isShared: Bool) {
        guard !isShared else { return }
        skipped += 1
        malformed += malformedFields
    }
}
