// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("When an endpoint entered its status")
struct EndpointListingStatusSinceTests {
    /// One look at the endpoint: what the listing showed, and what is then served as the time it entered its status.
    struct Look: Sendable {
        var status: String
        var created: Int64?
        var updated: Int64?
        var since: Int64
        init(_ status: String, created: Int64? = nil, updated: Int64? = nil, since: Int64) {
            self.status = status
            self.created = created
            self.updated = updated
            self.since = since
        }
    }

    /// Polls end at 1000, 2000, 3000 … seconds after the start.
    static let stories: [(name: String, looks: [Look])] = [
        (
            "CREATING counts from create_time, whatever update_time says",
            [
                Look("CREATING", created: 500, updated: 700, since: 500),
                Look("CREATING", created: 500, updated: 900, since: 500),
            ]
        ),
        ("CREATING without create_time takes update_time", [Look("CREATING", updated: 700, since: 700)]),
        (
            "CREATING whose create_time vanishes keeps it",
            [Look("CREATING", created: 500, since: 500), Look("CREATING", updated: 700, since: 500)]
        ),
        (
            "Any other status takes update_time before create_time",
            [Look("RUNNING", created: 500, updated: 700, since: 700)]
        ),
        ("Any other status takes create_time where that is all", [Look("UPDATING", created: 500, since: 500)]),
        (
            "An edit doesn't restart the clock",
            [
                Look("UPDATING", created: 500, updated: 700, since: 700),
                Look("UPDATING", created: 500, updated: 1_500, since: 700),
                Look("UPDATING", created: 500, updated: 2_500, since: 700),
            ]
        ),
        (
            "An earlier update_time is believed",
            [
                Look("RUNNING", updated: 900, since: 900), Look("RUNNING", updated: 800, since: 800),
                Look("RUNNING", updated: 850, since: 800),
            ]
        ),
        (
            "A change of status restarts it",
            [
                Look("CREATING", created: 500, updated: 500, since: 500),
                Look("RUNNING", created: 500, updated: 1_200, since: 1_200),
                Look("UPDATING", created: 500, updated: 2_200, since: 2_200),
                Look("RUNNING", created: 500, updated: 3_300, since: 3_300),
            ]
        ),
        (
            "With neither time, it is the end of the poll that first saw it, and stays so",
            [Look("UPDATING", since: 1_000), Look("UPDATING", since: 1_000), Look("UPDATING", since: 1_000)]
        ),
        (
            "A status seen first without a time begins with the poll that saw it",
            [Look("UPDATING", since: 1_000), Look("RUNNING", since: 2_000), Look("RUNNING", since: 2_000)]
        ),
        (
            "A time that comes later counts only when it is earlier",
            [
                Look("RUNNING", since: 1_000), Look("RUNNING", updated: 1_500, since: 1_000),
                Look("RUNNING", updated: 600, since: 600),
            ]
        ),
        (
            "A time that vanishes is remembered",
            [Look("DELETING", updated: 700, since: 700), Look("DELETING", since: 700)]
        ),
        ("A time at the end of the poll is believed", [Look("RUNNING", updated: 1_000, since: 1_000)]),
        ("A time one second after it is not", [Look("CREATING", created: 1_001, since: 1_000)]),
        (
            "A time after the poll counts as the poll that first saw it, and no longer once an earlier one is told",
            [
                Look("UPDATING", updated: 2_500, since: 1_000), Look("UPDATING", updated: 2_500, since: 1_000),
                Look("UPDATING", updated: 9_000, since: 1_000), Look("UPDATING", updated: 900, since: 900),
            ]
        ),
        (
            "So does a create_time of CREATING",
            [
                Look("CREATING", created: 5_000, since: 1_000), Look("CREATING", created: 5_000, since: 1_000),
                Look("RUNNING", created: 5_000, since: 3_000), Look("CREATING", created: 3_500, since: 3_500),
            ]
        ),
    ]

    @Test("The clock of a status", arguments: stories.map(\.name))
    func story(name: String) throws {
        let looks = try #require(Self.stories.first { $0.name == name }).looks
        var workspace = ListedWorkspace(details: .all)
        for (index, look) in looks.enumerated() {
            let row = endpoint("a", look.status, created: look.created, updated: look.updated)
            let now = Timestamp(seconds: start + Int64(index + 1) * 1_000)
            let listing = workspace.list([row], now: now)
            let expected = """
                endpoint_id="a",endpoint_name="name-a",endpoint_type="INFERENCE",status="\(look.status)",\
                visibility="PRIVATE" \(start + look.since)
                """
            #expect(
                listing.samples(of: "endpoint_status_since_timestamp_seconds") == [expected], "look \(index + 1)")
            #expect(listing.details.map(\.since) == [Timestamp(seconds: start + look.since)])
        }
    }

    @Test("No time is later than the poll, whichever family it is in")
    func future() {
        var workspace = ListedWorkspace(details: .all)
        let rows = [endpoint("a", "UPDATING", updated: 3_000), endpoint("b", "UPDATING", updated: 2_000)]
        let listing = workspace.list(rows, now: Timestamp(seconds: start + 1_000))
        #expect(listing.details.map(\.since) == [Timestamp(seconds: start + 1_000), Timestamp(seconds: start + 1_000)])
        #expect(
            listing.samples(of: "endpoint_oldest_transition_timestamp_seconds")
                == [#"endpoint_type="INFERENCE",status="UPDATING",visibility="PRIVATE" 1600001000"#])
    }

    @Test("After this machine's clock was set back, no remembered time is later than the poll")
    func clockSetBack() {
        var workspace = ListedWorkspace(details: .all)
        let row = endpoint("a", "UPDATING")
        _ = workspace.list([row], now: Timestamp(seconds: start + 5_000))
        #expect(
            workspace.list([row], now: Timestamp(seconds: start + 4_000)).details[0].since
                == Timestamp(seconds: start + 4_000))
    }

    @Test("An endpoint that was gone begins anew")
    func gone() {
        var workspace = ListedWorkspace(details: .all)
        let row = endpoint("a", "UPDATING")
        _ = workspace.list([row], now: Timestamp(seconds: start + 1_000))
        _ = workspace.list([], now: Timestamp(seconds: start + 2_000))
        #expect(
            workspace.list([row], now: Timestamp(seconds: start + 3_000)).details[0].since
                == Timestamp(seconds: start + 3_000))
    }

    @Test("Without details the oldest transition still remembers", arguments: DetailLevel.allCases)
    func memoryWithoutDetails(details: DetailLevel) {
        var workspace = ListedWorkspace(details: details, limit: 0)
        let family = "endpoint_oldest_transition_timestamp_seconds"
        _ = workspace.list([endpoint("a", "UPDATING", updated: 700), endpoint("b", "DELETING")])
        let listing = workspace.list(
            [endpoint("a", "UPDATING", updated: 1_500), endpoint("b", "DELETING")],
            now: Timestamp(seconds: 1_900_000_000))
        #expect(
            listing.samples(of: family) == [
                #"endpoint_type="INFERENCE",status="DELETING",visibility="PRIVATE" 1800000000"#,
                #"endpoint_type="INFERENCE",status="UPDATING",visibility="PRIVATE" 1600000700"#,
            ])
    }
}
