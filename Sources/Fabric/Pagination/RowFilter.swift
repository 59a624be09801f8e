// SPDX-License-Identifier: Apache-2.0

/// Decides for each record of a page, in order, whether its row is folded.
protocol RecordFilter {
    /// The plausible times; any other counts as absent and malformed.
    var plausibleTimes: PlausibleTimes { get }
    /// Returns whether to fold the row with this ID.
    mutating func admit(_ id: RecordID) -> Bool
    /// Called for every admitted row with its number of malformed fields.
    mutating func noteMalformed(_ fields: Int)
    /// Called for every record without a usable ID.
    /// - Parameter isShared: whether it is the row shared with the previous page, which no ID can show.
    mutating func skip(malformedFields: Int, isShared: Bool)
}

/// Admits each ID of a listing once, and counts unusable records and fields.
struct RowFilter: RecordFilter {
    let plausibleTimes: PlausibleTimes
    private(set) var ids: Set<RecordID> = []
    private(set) var skipped = 0
    private(set) var malformed = 0

    init(plausibleTimes: PlausibleTimes) { self.plausibleTimes = plausibleTimes }

    /// Prepares for this number of rows, which isn't trusted beyond a usual listing.
    mutating func expect(rows: Int64) { ids.reserveCapacity(Int(min(max(rows, 0), 1000))) }

    mutating func admit(_ id: RecordID) -> Bool { ids.insert(id).inserted }

    mutating func noteMalformed(_ fields: Int) { malformed += fields }

    mutating func skip(malformedFields: Int, isShared: Bool) {
        guard !isShared else { return }
        skipped += 1
        malformed += malformedFields
    }
}
