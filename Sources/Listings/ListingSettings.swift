// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// The configured settings of a listing.
public struct ListingSettings: Sendable, Equatable {
    /// The filter of the endpoints to list.
    public var filter: EndpointFilter
    /// The address of the API for services and jobs, for the listings that use it; nil if none is configured.
    public var servicesURL: String?
    /// The records to export details of.
    public var details: DetailLevel
    /// The maximum number of records with details.
    public var maximumDetails: Int
    /// The maximum number of undocumented values per label; further ones become `other`.
    public var maximumLabelValues: Int
    /// The content of the label `owner`.
    public var owner: OwnerLabel
    /// Whether a snapshot keeps all records, for the status page.
    public var keepsRecords: Bool

    /// Creates settings.
    public init(
        filter: EndpointFilter = EndpointFilter(), details: DetailLevel, maximumDetails: Int,
        maximumLabelValues: Int = 200, owner: OwnerLabel = .name, keepsRecords: Bool = false
    ) {
        self.filter = filter
        self.details = details
        self.maximumDetails = maximumDetails
        self.maximumLabelValues = maximumLabelValues
        self.owner = owner
        self.keepsRecords = keepsRecords
    }

    /// The maximum total length of label values in the counts and capacities of a workspace, in bytes. Beyond it, new
    /// series have `other` in place of undocumented values. Without it, a few hundred values per label could make
    /// millions of series.
    var maximumLabelBytes: Int { maximumLabelValues * 5_120 }
}
