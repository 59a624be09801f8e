// SPDX-License-Identifier: Apache-2.0
public import Fabric

/// What to serve of a list, as configured.
public struct ListingSettings: Sendable, Equatable {
    /// Which endpoints to list.
    public var filter: EndpointFilter
    /// Which records to serve one by one.
    public var details: DetailLevel
    /// The maximum number of them.
    public var maximumDetails: Int
    /// The most values of a label that no document names; the rest is `other`.
    public var maximumLabelValues: Int
    /// What their label `owner` carries.
    public var owner: OwnerLabel

    /// Settings of these values.
    public init(
        filter: EndpointFilter = EndpointFilter(), details: DetailLevel, maximumDetails: Int,
        maximumLabelValues: Int = 200, owner: OwnerLabel = .name
    ) {
        self.filter = filter
        self.details = details
        self.maximumDetails = maximumDetails
        self.maximumLabelValues = maximumLabelValues
        self.owner = owner
    }

    /// The most bytes of label values in the counts and capacities of a workspace: without it, a few hundred values
    /// of each label would make millions of series. Beyond it, new series have `other` in place of undocumented values.
    var maximumLabelBytes: Int { maximumLabelValues * 5_120 }
}
