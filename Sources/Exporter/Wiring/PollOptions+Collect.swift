// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import Listings
internal import Polling

extension PollOptions {
    /// Returns the options of a source, with the optional listings that it collects.
    func collecting(_ source: SourceSettings, _ poll: PollSettings) -> PollOptions {
        var options = self
        options.settings.servicesURL = source.servicesURL
        options.optional = source.collect.workspaceListings.mapValues { listing in
            PollTiming(
                interval: listing.interval, requestTimeout: poll.timeout,
                staleAfter: max(poll.staleAfter, listing.interval * 3))
        }
        return options
    }
}
