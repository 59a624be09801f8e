// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Fabric

/// What a complete read of a list says; immutable, and of the same shape for every list.
public struct ListingSnapshot: Sendable {
    /// What was counted beside the series of the records.
    public struct Counts: Sendable, Equatable {
        /// Distinct records.
        public var records: Int
        /// Records without a usable id.
        public var skippedRecords: Int
        /// Fields of a wrong type, or unreadable times.
        public var malformedFields: Int
        /// Values that were cut to their length limit, or replaced by `other`.
        public var cutValues: Int

        /// Counts of these numbers.
        public init(records: Int, skippedRecords: Int = 0, malformedFields: Int = 0, cutValues: Int = 0) {
            self.records = records
            self.skippedRecords = skippedRecords
            self.malformedFields = malformedFields
            self.cutValues = cutValues
        }

        /// What was counted while `listed` was read.
        init<Fold>(_ listed: ListedRows<Fold>, cutValues: Int) {
            self.init(
                records: listed.rows, skippedRecords: listed.skippedRecords,
                malformedFields: listed.malformedFields, cutValues: cutValues)
        }
    }

    /// What was counted.
    public let counts: Counts
    /// The records in a few numbers.
    public let summary: ListingSummary
    /// The records that are served one by one, ordered by id.
    public let details: [RecordDetail]
    /// Every series of the list, rendered.
    public let fragment: Fragment

    /// A snapshot of `listing`.
    /// - Parameter builder: with the series of the records; those of `counts` are added here.
    public init<L: Listing>(
        of listing: L.Type, counts: Counts, summary: ListingSummary, details: [RecordDetail],
        _ builder: consuming FragmentBuilder
    ) {
        self.counts = counts
        self.summary = summary
        self.details = details
        let families = [
            (ListingFamilies.listed, counts.records), (ListingFamilies.skippedRecords, counts.skippedRecords),
            (ListingFamilies.malformedFields, counts.malformedFields), (ListingFamilies.cutValues, counts.cutValues),
            (ListingFamilies.droppedDetails, summary.droppedDetails),
        ]
        for (family, count) in families {
            builder.add(family) { $0.sample(.integer(Int64(count)), ["listing": L.name]) }
        }
        fragment = builder.build()
    }
}
