// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Status time of an endpoint")
struct EndpointListingStatusSinceTests {
    /// One listing of the endpoint, and the expected status time.
    struct Observation: Sendable {
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
    static let cases: [(name: String, observations: [Observation])] = [
        (
            "CREATING uses create_time and ignores update_time",
            [
                Observation("CREATING", created: 500, updated: 700, since: 500),
                Observation("CREATING", created: 500, updated: 900, since: 500),
            ]
        ),
        ("CREATING without create_time uses update_time", [Observation("CREATING", updated: 700, since: 700)]),
        (
            "CREATING keeps a create_time that disappears",
            [Observation("CREATING", created: 500, since: 500), Observation("CREATING", updated: 700, since: 500)]
        ),
        (
            "Other statuses prefer update_time to create_time",
            [Observation("RUNNING", created: 500, updated: 700, since: 700)]
        ),
        ("Other statuses use create_time if it is the only time", [Observation("UPDATING", created: 500, since: 500)]),
        (
            "An edit doesn't change the status time",
            [
                Observation("UPDATING", created: 500, updated: 700, since: 700),
                Observation("UPDATING", created: 500, updated: 1_500, since: 700),
                Observation("UPDATING", created: 500, updated: 2_500, since: 700),
            ]
        ),
        (
            "An earlier update_time is accepted",
            [
                Observation("RUNNING", updated: 900, since: 900), Observation("RUNNING", updated: 800, since: 800),
                Observation("RUNNING", updated: 850, since: 800),
            ]
        ),
        (
            "A change of status resets the status time",
            [
                Observation("CREATING", created: 500, updated: 500, since: 500),
                Observation("RUNNING", created: 500, updated: 1_200, since: 1_200),
                Observation("UPDATING", created: 500, updated: 2_200, since: 2_200),
                Observation("RUNNING", created: 500, updated: 3_300, since: 3_300),
            ]
        ),
        (
            "Without times, it is the end of the first poll that saw the status",
            [
                Observation("UPDATING", since: 1_000), Observation("UPDATING", since: 1_000),
                Observation("UPDATING", since: 1_000),
            ]
        ),
        (
            "Without times, a new status begins with the poll that saw it",
            [
                Observation("UPDATING", since: 1_000), Observation("RUNNING", since: 2_000),
                Observation("RUNNING", since: 2_000),
            ]
        ),
        (
            "A time that appears later is used only if it is earlier",
            [
                Observation("RUNNING", since: 1_000), Observation("RUNNING", updated: 1_500, since: 1_000),
                Observation("RUNNING", updated: 600, since: 600),
            ]
        ),
        (
            "A time that disappears is kept",
            [Observation("DELETING", updated: 700, since: 700), Observation("DELETING", since: 700)]
        ),
        ("A time equal to the end of the poll is accepted", [Observation("RUNNING", updated: 1_000, since: 1_000)]),
        ("A time one second after the poll is not accepted", [Observation("CREATING", created: 1_001, since: 1_000)]),
        (
            "A time after the poll counts as that poll until an earlier time is reported",
            [
                Observation("UPDATING", updated: 2_500, since: 1_000),
                Observation("UPDATING", updated: 2_500, since: 1_000),
                Observation("UPDATING", updated: 9_000, since: 1_000),
                Observation("UPDATING", updated: 900, since: 900),
            ]
        ),
        (
            "A create_time after the poll counts as that poll",
            [
                Observation("CREATING", created: 5_000, since: 1_000),
                Observation("CREATING", created: 5_000, since: 1_000),
                Observation("RUNNING", created: 5_000, since: 3_000),
                Observation("CREATING", created: 3_500, since: 3_500),
            ]
        ),
    ]

    @Test("The status time follows the contract", arguments: cases.map(\.name))
    func statusTime(name: String) throws {
        let observations = try #require(Self.cases.first { $0.name == name }).observations
        var workspace = ListedWorkspace(details: .all)
        for (index, observation) in observations.enumerated() {
            let row = endpoint("a", observation.status, created: observation.created, updated: observation.updated)
            let now = Timestamp(seconds: start + Int64(index + 1) * 1_000)
            let listing = workspace.list([row], now: now)
            let expected = """
                endpoint_id="a",endpoint_name="name-a",endpoint_type="INFERENCE",status="\(observation.status)",\
                visibility="PRIVATE" \(start + observation.since)
                """
            #expect(
                listing.samples(of: "endpoint_status_since_timestamp_seconds") == [expected], "observation \(index + 1)"
            )
            #expect(listing.details.map(\.since) == [Timestamp(seconds: start + observation.since)])
        }
    }

    @Test("No exported time is later than the poll")
    func future() {
        var workspace = ListedWorkspace(details: .all)
        let rows = [endpoint("a", "UPDATING", updated: 3_000), endpoint("b", "UPDATING", updated: 2_000)]
        let listing = workspace.list(rows, now: Timestamp(seconds: start + 1_000))
        #expect(listing.details.map(\.since) == [Timestamp(seconds: start + 1_000), Timestamp(seconds: start + 1_000)])
        #expect(
            listing.samples(of: "endpoint_oldest_transition_timestamp_seconds")
                == [#"endpoint_type="INFERENCE",status="UPDATING",visibility="PRIVATE" 1600001000"#])
    }

    @Test("After the local clock was set back, no remembered time is later than the poll")
    func clockSetBack() {
        var workspace = ListedWorkspace(details: .all)
        let row = endpoint("a", "UPDATING")
        _ = workspace.list([row], now: Timestamp(seconds: start + 5_000))
        #expect(
            workspace.list([row], now: Timestamp(seconds: start + 4_000)).details[0].since
                == Timestamp(seconds: start + 4_000))
    }

    @Test("An endpoint that was gone has a new status time")
    func gone() {
        var workspace = ListedWorkspace(details: .all)
        let row = endpoint("a", "UPDATING")
        _ = workspace.list([row], now: Timestamp(seconds: start + 1_000))
        _ = workspace.list([], now: Timestamp(seconds: start + 2_000))
        #expect(
            workspace.list([row], now: Timestamp(seconds: start + 3_000)).details[0].since
                == Timestamp(seconds: start + 3_000))
    }

    @Test("Without details, the oldest transition still uses the memory", arguments: DetailLevel.allCases)
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
