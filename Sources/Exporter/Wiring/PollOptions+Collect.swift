// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import Listings
internal import Polling

extension CollectSettings {
    /// The intervals of the listings to poll for every workspace, by the listing's name. A new optional listing is
    /// added here.
    var intervals: [String: Duration] {
        let listings: [(listing: any Listing.Type, settings: WorkspaceListing?)] = [
            (ServiceInstanceListing.self, serviceInstances), (JobRunListing.self, jobRuns),
        ]
        return Dictionary(
            listings.compactMap { listing, settings in settings.map { (listing.name, $0.interval) } },
            uniquingKeysWith: { first, _ in first })
    }
}

extension PollOptions {
    /// Returns the options of a source, with the optional listings that it collects.
    func collecting(_ source: SourceSettings, _ poll: PollSettings) -> PollOptions {
        var options = self
        options.settings.servicesURL = source.servicesURL
        options.optional = source.collect.intervals.mapValues { interval in
            PollTiming(
                interval: interval, requestTimeout: poll.timeout, staleAfter: max(poll.staleAfter, interval * 3))
        }
        return options
    }
}
