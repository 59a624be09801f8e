// SPDX-License-Identifier: Apache-2.0
public import Exposition

/// The labels of every per-workspace series.
public enum WorkspaceLabels {
    /// The names, in the order of the sample line.
    public static let names = ["source", "workspace_id", "workspace"]
}

/// Metric families about the records of every listing.
public enum ListingFamilies {
    private static func family(_ name: String, _ help: String) -> MetricFamily {
        MetricFamily(
            .gauge, "dataarts_fabric_workspace_" + name, labels: WorkspaceLabels.names + ["listing"], help: help)
    }

    static let listed = family("listed_records", "Distinct records in the last complete listing.")
    static let skippedRecords = family(
        "skipped_records", "Records of the last complete listing without a usable id.")
    static let malformedFields = family(
        "malformed_fields",
        "Fields of the last complete listing with a wrong JSON type or an invalid time, treated as absent."
    )
    static let cutValues = family(
        "cut_values",
        "Label values of the last complete listing that were cut to the length limit or replaced by other.")
    static let droppedDetails = family(
        "dropped_details",
        "Records that qualified for details but exceeded metrics.max_endpoint_details.")

    /// The families as one group of the metric registry.
    public static let familyGroup = FamilyGroup(
        "Listings", [listed, skippedRecords, malformedFields, cutValues, droppedDetails])
}
