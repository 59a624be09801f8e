// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import Listings
internal import Polling

/// The results of `check --connect` for one source.
struct SourceFindings: Sendable {
    /// The result of getting a credential.
    enum CredentialState: Sendable {
        /// The credential is configured; no request was needed.
        case given
        /// The credential was issued; `endsAt` is its expiry in microseconds since the epoch, if known.
        case obtained(endsAt: Int64?)
        case failed(APIFailure, didRespond: Bool, cause: CredentialFailure.Cause)
    }

    /// The result of discovery.
    struct Discovery: Sendable {
        var latency: Duration?
        /// The number of requests of one discovery.
        var requests: Int
        /// The listed workspaces, or the failure.
        var found: Result<[DiscoveredWorkspace], APIFailure>
        /// The names of the workspaces that `include` and `exclude` filter out.
        var excluded: [String] = []
        /// The number of workspaces without `name` and `enterprise_project_id`; only set if no workspace was found.
        var unfiltered: Int64?

        /// Whether discovery succeeded but found no workspaces, or `include` and `exclude` filter out all of them.
        var hasNothingToPoll: Bool {
            if case .success(let found) = found { excluded.count == found.count } else { false }
        }
    }

    /// The result of reading quotas.
    struct Quotas: Sendable {
        var latency: Duration?
        /// The quotas, or the failure.
        var found: Result<QuotaList, APIFailure>
        /// The interval between reads.
        var interval: Duration

        /// The number of series.
        var series: Int {
            guard case .success(let list) = found else { return 0 }
            let values = list.quotas.reduce(0) { $0 + ($1.used == nil ? 0 : 1) + ($1.limit == nil ? 0 : 1) }
            return values + QuotaFamilies.seriesOfHealth
        }
    }

    /// A successful listing.
    struct Listed: Sendable {
        /// The first page with the configured filter.
        var probe: ListingProbe
        /// The number of records with a wider filter; nil if that was not requested.
        var unfiltered: Int64?
    }

    /// The reason why a listing was skipped.
    enum SkipReason: Sendable {
        case credentialRejected
        case noResponse
    }

    /// The outcome of one listing.
    enum Outcome: Sendable {
        case listed(Listed)
        case failed(APIFailure)
        case skipped(SkipReason)
    }

    /// A listing of a workspace and its outcome.
    struct Entry: Sendable {
        var listing: any Listing.Type
        var workspace: Workspace
        var filter: EndpointFilter
        /// The interval of its polls.
        var interval: Duration
        var latency: Duration?
        var outcome: Outcome

        /// The subject of the remedy if the listing fails.
        var subject: SourceRemedies.Subject {
            .listing(
                permission: listing.permission, isFiltered: !listing.isOptional && filter != EndpointFilter())
        }

        var hasFailed: Bool { if case .listed = outcome { false } else { true } }
    }

    var settings: SourceSettings
    var credential = CredentialState.given
    /// The skew of this machine's clock in seconds, positive if it is ahead; nil if no response had a `Date` header.
    var clockSkewSeconds: Int64?
    /// The discovery; nil if it is disabled or was skipped because there is no credential.
    var discovery: Discovery?
    var entries: [Entry] = []
    /// The quotas; nil if they are not collected or were skipped because other requests
    /// failed.
    var quotas: Quotas?
    /// The ids of workspaces that the credential has access to; only requested if a configured workspace doesn't exist.
    var visible: [String]?

    /// Whether anything failed.
    var hasFailed: Bool {
        if case .failed = credential { return true }
        if case .failure = discovery?.found { return true }
        if discovery?.hasNothingToPoll == true { return true }
        if case .failure = quotas?.found { return true }
        return entries.contains(where: \.hasFailed)
    }
}
