// SPDX-License-Identifier: Apache-2.0
import FabricModel
import TestSupport
import Testing

@testable import Aggregation

@Suite("Endpoints, counted")
struct CountTests {
    @Test("Every documented status is counted for each pair of type and visibility present")
    func documented() {
        var workspace = ListedWorkspace()
        let rows = [
            EndpointRow("a", "SQL", "RUNNING"), EndpointRow("b", "SQL", "RUNNING"),
            EndpointRow("c", "SQL", "FROZEN").with { $0.visibility = "PUBLIC" },
            EndpointRow("d", "RAY", "CREATING"),
        ]
        var expected: [String] = []
        for (type, visibility) in [("RAY", "PRIVATE"), ("SQL", "PRIVATE"), ("SQL", "PUBLIC")] {
            for status in EndpointStatus.documented.map(\.rawValue) {
                let count =
                    switch (type, visibility, status) {
                    case ("SQL", "PRIVATE", "RUNNING"): 2
                    case ("SQL", "PUBLIC", "FROZEN"), ("RAY", "PRIVATE", "CREATING"): 1
                    default: 0
                    }
                expected.append(
                    #"endpoint_type="\#(type)",status="\#(status)",visibility="\#(visibility)" \#(count)"#)
            }
        }
        #expect(workspace.list(rows).samples(of: "endpoints").sorted() == expected.sorted())
    }

    @Test("An undocumented status is counted as it is, beside the eleven, and stays at zero")
    func undocumented() {
        var workspace = ListedWorkspace()
        let series = #"endpoint_type="SQL",status="HIBERNATING",visibility="PRIVATE""#
        let first = workspace.list([EndpointRow("a", "SQL", "HIBERNATING")]).samples(of: "endpoints")
        #expect(first.count == 12 && first.contains("\(series) 1"))
        let second = workspace.list([EndpointRow("a", "SQL", "RUNNING")]).samples(of: "endpoints")
        #expect(second.count == 12 && second.contains("\(series) 0"))
    }

    @Test("A pair once seen stays, at zero, and comes back counted")
    func pairStays() {
        var workspace = ListedWorkspace()
        let row = EndpointRow("a", "SQL", "RUNNING")
        let running = #"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE""#
        _ = workspace.list([row])
        for (rows, count) in [([], 0), ([], 0), ([row], 1)] {
            let samples = workspace.list(rows).samples(of: "endpoints")
            #expect(samples.count == 11 && samples.contains("\(running) \(count)"))
        }
    }

    @Test("Endpoints with an error are counted by type, status and code, and leave when it does")
    func errors() {
        var workspace = ListedWorkspace(details: .none)
        let listing = workspace.list([
            EndpointRow("a", "SQL", "RUNNING", error: "F.2"), EndpointRow("b", "SQL", "RUNNING", error: "F.2"),
            EndpointRow("c", "SQL", "RUNNING", error: "F.1"), EndpointRow("d", "RAY", "FROZEN", error: "F.2"),
            EndpointRow("e", "RAY", "CREATE_FAILED"),
        ])
        #expect(
            listing.samples(of: "endpoints_with_error") == [
                #"endpoint_type="RAY",status="FROZEN",error_code="F.2" 1"#,
                #"endpoint_type="SQL",status="RUNNING",error_code="F.1" 1"#,
                #"endpoint_type="SQL",status="RUNNING",error_code="F.2" 2"#,
            ])
        #expect(workspace.list([EndpointRow("a", "SQL", "RUNNING")]).samples(of: "endpoints_with_error") == [])
    }

    @Test("The oldest transition is that of the endpoint longest on its way, by type and status")
    func oldest() {
        var workspace = ListedWorkspace(details: .none)
        let rows = [
            EndpointRow("a", "SQL", "UPDATING", updated: 300), EndpointRow("b", "SQL", "UPDATING", updated: 200),
            EndpointRow("c", "SQL", "UPDATING", updated: 250).with { $0.visibility = "PUBLIC" },
            EndpointRow("d", "SQL", "DELETING"), EndpointRow("e", "SQL", "RUNNING", updated: 1),
            EndpointRow("f", "SQL", "CREATE_FAILED", updated: 1), EndpointRow("g", "RAY", "CREATING", created: 100),
        ]
        #expect(
            workspace.list(rows).samples(of: "endpoint_oldest_transition_timestamp_seconds") == [
                #"endpoint_type="RAY",status="CREATING" 100"#,
                #"endpoint_type="SQL",status="DELETING" 1800000000"#,
                #"endpoint_type="SQL",status="UPDATING" 200"#,
            ])
        #expect(workspace.list([]).samples(of: "endpoint_oldest_transition_timestamp_seconds") == [])
    }
}
