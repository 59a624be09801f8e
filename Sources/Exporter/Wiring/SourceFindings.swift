// SPDX-License-Identifier: Apache-2.0
internal import Config
internal import Fabric
internal import Listings

/// What `check --connect` found of one source.
struct SourceFindings: Sendable {
    /// How a credential came.
    enum CredentialState: Sendable {
        /// It is as it was configured; nobody was asked.
        case given
        /// It was issued, and ends then, in microseconds since the epoch, where that is known.
        case obtained(endsAt: Int64?)
        case failed(APIFailure, didAnswer: Bool, cause: CredentialFailure.Cause)
    }

    /// What discovery found.
    struct Discovery: Sendable {
        var latency: Duration?
        /// How many requests one discovery takes.
        var requests: Int
        /// The workspaces that the API listed, or why there are none.
        var found: Result<[DiscoveredWorkspace], APIFailure>
        /// Names of those that `include` and `exclude` leave out.
        var leftOut: [String] = []
        /// Where nothing was found: how many there would be without `name` and `enterprise_project_id`.
        var unfiltered: Int64?

        /// Whether it succeeded and found no workspace, or `include` and `exclude` leave out all of them.
        var givesNothingToPoll: Bool {
            if case .success(let found) = found { leftOut.count == found.count } else { false }
        }
    }

    /// A list that was answered.
    struct Answer: Sendable {
        /// What its filter lets pass.
        var probe: ListingProbe
        /// How many records there would be with a wider filter; nil where that was not asked.
        var unfiltered: Int64?
    }

    /// Why a list was not asked for.
    enum Omission: Sendable {
        case credentialRefused
        case noAnswer
    }

    /// What became of one list.
    enum Outcome: Sendable {
        case answered(Answer)
        case failed(APIFailure)
        case notAsked(Omission)
    }

    /// A list of a workspace and what became of it.
    struct Entry: Sendable {
        var listing: any Listing.Type
        var workspace: Workspace
        var filter: EndpointFilter
        var latency: Duration?
        var outcome: Outcome

        var hasFailed: Bool { if case .answered = outcome { false } else { true } }
    }

    var settings: SourceSettings
    var credential = CredentialState.given
    /// By how many seconds this machine's clock is ahead of the service's; nil where no answer said.
    var secondsAhead: Int64?
    /// Nil where discovery is off, or was not tried for want of a credential.
    var discovery: Discovery?
    var entries: [Entry] = []
    /// Ids of workspaces that the credential can see; asked for where a configured one does not exist.
    var visible: [String]?

    /// Whether anything does not work.
    var hasFailed: Bool {
        if case .failed = credential { return true }
        if case .failure = discovery?.found { return true }
        if discovery?.givesNothingToPoll == true { return true }
        return entries.contains(where: \.hasFailed)
    }
}
