// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import TestSupport
import Testing

@testable import Fabric
@testable import Listings

@Suite struct ServiceInstanceListingTests {
    /// Consecutive lists of one workspace; each has the memory of the previous one.
    private struct Listed {
        var settings = ListingSettings(details: .problems, maximumDetails: 1_000, keepsRecords: true)
        private(set) var memory: ServiceInstanceMemory?

        mutating func list(
            _ rows: [JSONValue], now: Timestamp = firstPoll, at instant: ContinuousClock.Instant = firstInstant
        ) -> ListingSnapshot {
            let workspace = Workspace(
                key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "lake", baseURL: "https://x")
            let listing = ServiceInstanceListing(of: workspace, settings: settings)
            let listed = ListedRows(rows, into: listing.fold(memory: memory), now: now)
            let (snapshot, next) = listing.snapshot(of: listed, now: now, instant: instant)
            memory = next
            return snapshot
        }
    }

    private func instance(
        _ id: String, _ status: JSONValue, created: Int64? = nil, updated: Int64? = nil, error: String? = nil
    ) -> JSONValue {
        func time(_ seconds: Int64?) -> JSONValue {
            JSONValue(seconds.map { Timestamp(seconds: start + $0).iso8601() })
        }
        return [
            "id": .string(id), "name": .string("name-\(id)"), "type": "LLM_MODEL", "status": status,
            "visibility": "PRIVATE", "endpoint_id": "e1", "create_time": time(created), "update_time": time(updated),
            "error_code": JSONValue(error),
        ]
    }

    private let documented = [
        "PENDING", "CREATING", "RUNNING", "UPDATING", "SUCCEEDED", "FAILED", "STOPPING", "STOPPED", "DELETING",
        "DELETED",
    ]

    @Test func `Every documented status is exported for each pair of type and visibility`() {
        var workspace = Listed()
        let samples = workspace.list([
            instance("a", "RUNNING"), instance("b", "RUNNING"), instance("c", "FAILED"),
        ]).samples(of: "service_instances")
        let expected = documented.map { status in
            let count = status == "RUNNING" ? 2 : status == "FAILED" ? 1 : 0
            return #"service_type="LLM_MODEL",status="\#(status)",visibility="PRIVATE" \#(count)"#
        }
        #expect(samples == expected.sorted())
    }

    @Test func `An empty list has no series of instances`() {
        var workspace = Listed()
        let snapshot = workspace.list([])
        #expect(snapshot.samples(of: "service_instances") == [])
        #expect(snapshot.counts.records == 0)
    }

    @Test func `Missing and null fields have defaults`() {
        var workspace = Listed()
        let snapshot = workspace.list([
            ["id": "a"], ["id": "b", "type": .null, "status": .null, "visibility": .null, "name": .null],
        ])
        let samples = snapshot.samples(of: "service_instances")
        #expect(samples.contains(#"service_type="unknown",status="UNKNOWN",visibility="PRIVATE" 2"#))
        #expect(samples.count == documented.count + 1)
        #expect(snapshot.counts.malformedFields == 0)
        #expect(snapshot.summary.statuses == [.init(status: "UNKNOWN", phase: .unknown, records: 2)])
    }

    @Test func `Rows without an id and fields of a wrong type are counted`() {
        var workspace = Listed()
        let snapshot = workspace.list([["name": "x"], ["id": "a", "status": 5, "create_time": "yesterday"]])
        #expect(snapshot.counts.records == 1 && snapshot.counts.skippedRecords == 1)
        #expect(snapshot.counts.malformedFields == 2)
    }

    @Test func `Unknown statuses and types pass through and stay at zero`() {
        var workspace = Listed()
        var row = instance("a", "HIBERNATING").with(["type": "VISION"])
        let series = #"service_type="VISION",status="HIBERNATING",visibility="PRIVATE""#
        #expect(workspace.list([row]).samples(of: "service_instances").contains("\(series) 1"))
        row = row.with(["status": "RUNNING"])
        #expect(workspace.list([row]).samples(of: "service_instances").contains("\(series) 0"))
        #expect(ServiceInstanceStatus.phase(of: "ON_DEMAND_FROZEN") == .suspended)
        #expect(ServiceInstanceStatus.phase(of: "SCALE_FAILED") == .failed)
        #expect(ServiceInstanceStatus.phase(of: "HIBERNATING") == .unknown)
    }

    @Test func `Error codes are counted and end with their cause`() {
        var workspace = Listed()
        let labels = #"service_type="LLM_MODEL",status="FAILED",visibility="PRIVATE",error_code="E.1""#
        let failed = workspace.list([instance("a", "FAILED", error: "E.1"), instance("b", "FAILED", error: "")])
        #expect(failed.samples(of: "service_instances_with_error") == ["\(labels) 1"])
        #expect(failed.summary.withError == 1)
        #expect(workspace.list([instance("a", "RUNNING")]).samples(of: "service_instances_with_error") == [])
    }

    @Test func `The oldest transition begins at the creation or at the last update`() {
        var workspace = Listed()
        let snapshot = workspace.list([
            instance("a", "PENDING", created: 100, updated: 500), instance("b", "CREATING", created: 50, updated: 60),
            instance("c", "STOPPING", created: 100, updated: 700), instance("d", "DELETING", created: 80),
            instance("e", "RUNNING", created: 1, updated: 2), instance("f", "PENDING", created: 90, updated: 500),
        ])
        func line(_ status: String, _ seconds: Int64) -> String {
            #"service_type="LLM_MODEL",status="\#(status)",visibility="PRIVATE" \#(start + seconds)"#
        }
        #expect(
            snapshot.samples(of: "service_instance_oldest_transition_timestamp_seconds")
                == [line("CREATING", 50), line("DELETING", 80), line("PENDING", 90), line("STOPPING", 700)])
    }

    @Test func `An edit does not change since when an instance has been in its status`() {
        var workspace = Listed()
        let family = "service_instance_status_since_timestamp_seconds"
        _ = workspace.list([instance("a", "FAILED", created: 1, updated: 100)])
        let later = workspace.list([instance("a", "FAILED", created: 1, updated: 900)])
        #expect(later.samples(of: family).first?.hasSuffix(" \(start + 100)") == true)
        let changed = workspace.list([instance("a", "UPDATING", created: 1, updated: 900)])
        #expect(changed.samples(of: family).first?.hasSuffix(" \(start + 900)") == true)
    }

    @Test func `Details are those that may need attention, with Chinese names`() {
        var workspace = Listed()
        let rows = [
            instance("a", "FAILED", updated: 1).with(["name": "对话模型"]), instance("b", "RUNNING"),
            instance("c", "CREATING", created: 2), instance("d", "RUNNING", updated: 3, error: "E.1"),
            instance("e", "STOPPED"), ["id": "f", "status": "FAILED", "update_time": "2020-09-13T12:26:44Z"],
        ]
        let samples = workspace.list(rows).samples(of: "service_instance_status_since_timestamp_seconds")
        func line(_ id: String, _ status: String, name: String, _ seconds: Int64) -> String {
            #"service_instance_id="\#(id)",service_instance_name="\#(name)",endpoint_id="e1",service_type="LLM_MODEL","#
                + #"status="\#(status)",visibility="PRIVATE" \#(start + seconds)"#
        }
        #expect(
            samples == [
                line("a", "FAILED", name: "对话模型", 1), line("c", "CREATING", name: "name-c", 2),
                line("d", "RUNNING", name: "name-d", 3),
                #"service_instance_id="f",service_type="unknown",status="FAILED",visibility="PRIVATE" \#(start + 4)"#,
            ])
        workspace.settings.details = .none
        #expect(workspace.list(rows).details.isEmpty)
        workspace.settings.details = .all
        workspace.settings.maximumDetails = 4
        let limited = workspace.list(rows)
        #expect(limited.details.count == 4 && limited.summary.droppedDetails == 2)
    }

    @Test func `Values beyond the limit are counted as other`() {
        var workspace = Listed()
        workspace.settings.maximumLabelValues = 2
        let rows = (0..<5).map { instance("\($0)", .string("STATUS_\($0)")) }
        let snapshot = workspace.list(rows)
        #expect(
            snapshot.samples(of: "service_instances").contains(
                #"service_type="LLM_MODEL",status="other",visibility="PRIVATE" 3"#))
        #expect(snapshot.counts.cutValues == 3)
    }

    @Test func `The records are kept for the status page`() {
        var workspace = Listed()
        let records = workspace.list([instance("a", "FAILED", updated: 1, error: "E.1"), instance("b", "RUNNING")])
            .records
        #expect(records.map(\.detail.name) == ["name-a", "name-b"])
        #expect(records.counts(at: firstPoll).attention == [.failed: 1])
    }
}
