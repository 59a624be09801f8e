// SPDX-License-Identifier: Apache-2.0
import Base
import Fabric
import TestSupport
import Testing

@testable import Listings

@Suite("Endpoint counts")
struct EndpointListingCountTests {
    @Test("Every documented status is exported for each pair of type and visibility")
    func documented() {
        var workspace = ListedWorkspace()
        let rows = [
            endpoint("a", "SQL", "RUNNING"), endpoint("b", "SQL", "RUNNING"),
            endpoint("c", "SQL", "FROZEN").with(["visibility": "PUBLIC"]),
            endpoint("d", "RAY", "CREATING"),
        ]
        var expected: [String] = []
        for (type, visibility) in [("RAY", "PRIVATE"), ("SQL", "PRIVATE"), ("SQL", "PUBLIC")] {
            for status in zeroStatuses {
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

    @Test("An undocumented status is counted in addition to the eleven and stays at zero")
    func undocumented() {
        var workspace = ListedWorkspace()
        let series = #"endpoint_type="SQL",status="HIBERNATING",visibility="PRIVATE""#
        let first = workspace.list([endpoint("a", "SQL", "HIBERNATING")]).samples(of: "endpoints")
        #expect(first.count == 12 && first.contains("\(series) 1"))
        let second = workspace.list([endpoint("a", "SQL", "RUNNING")]).samples(of: "endpoints")
        #expect(second.count == 12 && second.contains("\(series) 0"))
    }

    @Test("A pair of type and visibility stays at zero and is counted when it returns")
    func pairStays() {
        var workspace = ListedWorkspace()
        let row = endpoint("a", "SQL", "RUNNING")
        let running = #"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE""#
        _ = workspace.list([row])
        for (rows, count) in [([], 0), ([], 0), ([row], 1)] {
            let samples = workspace.list(rows).samples(of: "endpoints")
            #expect(samples.count == 11 && samples.contains("\(running) \(count)"))
        }
    }

    @Test("Errors are counted by type, status, visibility and code, and the series ends with the error")
    func errors() {
        var workspace = ListedWorkspace(details: .none)
        let listing = workspace.list([
            endpoint("a", "SQL", "RUNNING", error: "F.2"), endpoint("b", "SQL", "RUNNING", error: "F.2"),
            endpoint("c", "SQL", "RUNNING", error: "F.1"), endpoint("d", "RAY", "FROZEN", error: "F.2"),
            endpoint("e", "RAY", "CREATE_FAILED"),
            endpoint("f", "SQL", "RUNNING", error: "F.2").with(["visibility": "PUBLIC"]),
        ])
        #expect(
            listing.samples(of: "endpoints_with_error") == [
                #"endpoint_type="RAY",status="FROZEN",visibility="PRIVATE",error_code="F.2" 1"#,
                #"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE",error_code="F.1" 1"#,
                #"endpoint_type="SQL",status="RUNNING",visibility="PRIVATE",error_code="F.2" 2"#,
                #"endpoint_type="SQL",status="RUNNING",visibility="PUBLIC",error_code="F.2" 1"#,
            ])
        #expect(workspace.list([endpoint("a", "SQL", "RUNNING")]).samples(of: "endpoints_with_error") == [])
    }

    @Test("The oldest transition is exported by type, status and visibility")
    func oldest() {
        var workspace = ListedWorkspace(details: .none)
        let rows = [
            endpoint("a", "SQL", "UPDATING", updated: 300), endpoint("b", "SQL", "UPDATING", updated: 200),
            endpoint("c", "SQL", "UPDATING", updated: 150).with(["visibility": "PUBLIC"]),
            endpoint("d", "SQL", "DELETING"), endpoint("e", "SQL", "RUNNING", updated: 1),
            endpoint("f", "SQL", "CREATE_FAILED", updated: 1), endpoint("g", "RAY", "CREATING", created: 100),
        ]
        #expect(
            workspace.list(rows).samples(of: "endpoint_oldest_transition_timestamp_seconds") == [
                #"endpoint_type="RAY",status="CREATING",visibility="PRIVATE" 1600000100"#,
                #"endpoint_type="SQL",status="DELETING",visibility="PRIVATE" 1800000000"#,
                #"endpoint_type="SQL",status="UPDATING",visibility="PRIVATE" 1600000200"#,
                #"endpoint_type="SQL",status="UPDATING",visibility="PUBLIC" 1600000150"#,
            ])
        #expect(workspace.list([]).samples(of: "endpoint_oldest_transition_timestamp_seconds") == [])
    }
}
