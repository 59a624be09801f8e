// SPDX-License-Identifier: Apache-2.0
import Config
import Listings
import Testing

@Suite struct CollectSettingsRegistryTests {
    @Test func `Every optional listing can be collected, by the key with its name`() {
        var settings = CollectSettings()
        #expect(settings.workspaceListings.isEmpty)
        settings.serviceInstances = .init(interval: .seconds(1))
        settings.jobRuns = .init(interval: .seconds(1))
        settings.pools = .init(interval: .seconds(1))
        let optional = ListingRegistry.all.filter { $0.isOptional }.map { $0.name }
        #expect(Set(settings.workspaceListings.keys) == Set(optional))
    }
}
