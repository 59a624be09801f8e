// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Fabric

/// The result of one complete read of a list: immutable, the same type for every listing.
public struct ListingSnapshot: Sendable {
    /// Counts about the records, exported for every listing.
    public struct Counts: Sendable, Equatable {
        /// The number of distinct records.
        public var records: Int
        /// The number of records without a usable id.
        public var skippedRecords: Int
        /// The number of fields with a wrong type or an invalid time.
        public var malformedFields: Int
        /// The number of values that were cut to their length limit or replaced by `other`.
        public var cutValues: Int

        /// Creates the counts.
        public init(records: Int, skippedRecords: Int = 0, malformedFields: Int = 0, cutValues: Int = 0) {
            self.records = records
            self.skippedRecords = skippedRecords
            self.malformedFields = malformedFields
            self.cutValues = cutValues
        }

        /// Creates the counts of `listed`.
        init<Fold>(_ listed: ListedRows<Fold>, cutValues: Int) {
            self.init(
                records: listed.rows, skippedRecords: listed.skippedRecords,
                malformedFields: listed.malformedFields, cutValues: cutValues)
        }
    }

    /// The counts about the records.
    public let counts: Counts
    /// The summary for the status page.
    public let summary: ListingSummary
    /// The records with details, ordered by id.
    public let details: [RecordDetail]
    /// All records, for the status page; empty unless ``ListingSettings/keepsRecords`` is set.
    public let records: RecordList
    /// The time that each record took from its creation until it served, in seconds, by type: the records that became
    /// RUNNING since the last read. Each type of which records are being created has a key.
    public let creations: [String: [Double]]
    /// The rendered series of the listing.
    public let fragment: Fragment

    /// Creates a snapshot of `listing`.
    /// - Parameter builder: has the series of the records; this adds those of `counts`.
    public init<L: Listing>(
        of listing: L.Type, counts: Counts, summary: ListingSummary, details: [RecordDetail],
        records: RecordList = RecordList(), creations: [String: [Double]] = [:], _ builder: consuming FragmentBuilder
    ) {
        self.counts = counts
        self.summary = summary
        self.details = details
        self.records = records
        self.creations = creations
        let families = [
            (ListingFamilies.listed, counts.records), (ListingFamilies.skippedRecords, counts.skippedRecords),
            (ListingFamilies.malformedFields, counts.malformedFields), (ListingFamilies.cutValues, counts.cutValues),
            (ListingFamilies.droppedDetails, summary.droppedDetails),
        ]
        let label = LabelText(["listing": L.name])
        for (family, count) in families {
            builder.add(family) { $0.sample(.integer(Int64(count))) { $0.add(label) } }
        }
        fragment = builder.build()
    }
}
