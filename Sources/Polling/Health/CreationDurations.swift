internal import Base
// SPDX-License-Identifier: Apache-2.0
public import Exposition
internal import Fabric
internal import Listings

/// How long the endpoints of one source took from their creation until they were seen RUNNING, over all workspaces that
/// the source has or had.
public struct CreationDurations: Sendable {
    private static let bounds = [30.5, 60.5, 120.5, 300.5, 600.5, 1200.5, 1800.5, 3600.5, 7200.5]
    /// The maximum number of undocumented types; further ones become `other`.
    private static let maximumOtherTypes = 50

    static let family = MetricFamily(
        .histogram, "dataarts_fabric_endpoint_creation_duration_seconds", labels: ["source", "endpoint_type"],
        help: "Time from create_time to the end of the poll that first saw RUNNING, of PRIVATE endpoints and"
            + " those without a visibility that were seen CREATING before.")

    /// The family as one group of the metric registry.
    public static let familyGroup = FamilyGroup("Creation of endpoints", [family])

    private var byType: [String: Histogram] = [:]

    /// Adds the durations of one listing, in seconds by type.
    mutating func add(_ creations: [String: [Double]]) {
        for (type, durations) in creations.sorted(by: { $0.key < $1.key }) {
            let isKnown = byType[type] != nil || EndpointType.isDocumented(type)
            let others = byType.keys.count { !EndpointType.isDocumented($0) }
            let type = isKnown || others < Self.maximumOtherTypes ? type : "other"
            var histogram = byType[type] ?? Histogram(bounds: Self.bounds)
            for duration in durations { histogram.observe(duration) }
            byType[type] = histogram
        }
    }

    func fragment(of source: String) -> Fragment {
        var builder = FragmentBuilder(labels: [Label("source", source)])
        builder.add(Self.family) { writer in
            for (type, histogram) in byType.sorted(by: { $0.key < $1.key }) {
                writer.histogram(["endpoint_type": type], histogram)
            }
        }
        return builder.build()
    }
}
