// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// Labels that every per-workspace series carries.
public enum WorkspaceLabels {
    /// Their names, in the order they are written.
    public static let names = ["source", "workspace_id", "workspace"]
}

/// What was counted of every list beside the series of its records.
public enum ListingFamilies {
    private static func family(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily(
            .gauge, "dataarts_fabric_workspace_" + name, labels: WorkspaceLabels.names + ["listing"], help: help)
    }

    static let listed = family("listed_records", "Distinct records in the last complete listing.")
    static let skippedRecords = family(
        "skipped_records", "Records of the last complete listing that had no usable id.")
    static let malformedFields = family(
        "malformed_fields",
        "Fields of the last complete listing that had a wrong JSON type or an unreadable time and were taken as absent."
    )
    static let cutValues = family(
        "cut_values",
        "Values of the last complete listing that were cut to their length limit or replaced by other.")
    static let droppedDetails = family(
        "dropped_details",
        "Records that qualified for details but exceeded metrics.max_endpoint_details; the aggregates stay exact.")

    /// The chapter of the catalogue.
    public static let chapter = Catalogue.Chapter(
        "Lists", [listed, skippedRecords, malformedFields, cutValues, droppedDetails])
}
