// SPDX-License-Identifier: Apache-2.0
import Base
import Config
import Fabric
import Listings
import Polling
import Simulator
import Testing

@testable import Exporter

@Suite("Records of all endpoints", .serialized, .timeLimit(.minutes(5)))
struct ExporterRecordsTests {
    private static let cloud = Scene.cloud(seed: 6, workspaces: 2, endpointsEach: 30)

    @Test func `The status report has all endpoints whatever the detail level is, also after a reload`() async throws {
        var metrics = MetricsSettings()
        metrics.endpointDetails = .none
        try await Scene.run(Self.cloud, metrics: metrics, keepsRecords: true) { scene in
            for level in [DetailLevel.none, .problems] {
                var configuration = scene.configuration
                configuration.metrics.endpointDetails = level
                try await scene.exporter.apply(configuration)
                await scene.exporter.pollOnce()
                let listings = scene.exporter.statusReport().workspaces.flatMap(\.exported)
                #expect(listings.map(\.records.count) == [30, 30])
                let expected = scene.cloud.workspaces.map { $0.endpoints.compactMap { $0.id?.string } }
                #expect(Set(listings.flatMap(\.records).map(\.id.text)) == Set(expected.joined()))
                #expect(listings.flatMap(\.records).contains { $0.detail.description?.hasPrefix("Endpoint ") == true })
            }
        }
    }

    @Test func `Without a status page no records are kept`() async throws {
        try await Scene.run(Self.cloud) { scene in
            await scene.exporter.pollOnce()
            let listings = scene.exporter.statusReport().workspaces.flatMap(\.exported)
            #expect(listings.map(\.counts.records) == [30, 30] && listings.allSatisfy(\.records.isEmpty))
        }
    }
}
