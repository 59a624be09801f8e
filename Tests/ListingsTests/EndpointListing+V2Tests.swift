// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import TestSupport
import Testing

@testable import Fabric
@testable import Listings

@Suite("Endpoints of API v2")
struct EndpointListingV2Tests {
    /// Returns an endpoint as API v2 returns it.
    private static func endpoint(
        _ id: String, _ type: String?, _ status: String, updated: Int64? = nil, error: String? = nil,
        mode: String? = "RESERVED", _ capacity: [JSONValue] = []
    ) -> JSONValue {
        let engine: JSONValue = type.map { ["type": .string($0)] } ?? .object([])
        let failure: JSONValue = error.map { ["error_code": .string($0), "error_msg": "m"] } ?? .null
        return [
            "id": .string(id), "name": .string("name-\(id)"), "display_name": "", "status": .string(status),
            "engine": engine, "resource_type": JSONValue(mode),
            "compute_id": "pool-1", "capacity": .array(capacity),
            "update_time": JSONValue(updated.map { Timestamp(seconds: start + $0).iso8601() }),
            "creator": ["user_name": "lin", "user_id": "u1"],
            "error": failure,
        ]
    }

    private static func capacity(_ type: String, _ minimum: Int64, _ maximum: Int64, spec: String? = nil) -> JSONValue {
        [
            "type": .string(type), "minimum_capacity": .integer(minimum), "maximum_capacity": .integer(maximum),
            "spec_code": JSONValue(spec),
        ]
    }

    private static func list(_ rows: [JSONValue]) -> ListingSnapshot {
        var workspace = ListedWorkspace(keepsRecords: true, api: .v2)
        return workspace.list(rows)
    }

    @Test func `Counts have the engine's type and no visibility, and twelve statuses have zero series`() {
        let listing = Self.list([
            Self.endpoint("a", "SparkSql", "RUNNING"), Self.endpoint("b", "SparkSql", "RUNNING"),
            Self.endpoint("c", nil, "REBALANCING"),
        ])
        let samples = listing.samples(of: "endpoints")
        let zeros = [
            "ABNORMAL", "CREATE_FAILED", "CREATING", "DELETED", "DELETE_FAILED", "DELETING", "FROZEN",
            "ON_DEMAND_FROZEN", "RUNNING", "TRIAL_ENDED", "UPDATE_FAILED", "UPDATING",
        ]
        let known = zeros.map { #"endpoint_type="SparkSql",status="\#($0)" \#($0 == "RUNNING" ? 2 : 0)"# }
        #expect(samples.filter { $0.contains("SparkSql") } == known)
        #expect(samples.filter { $0.contains("unknown") }.count == 13)
        #expect(samples.contains(#"endpoint_type="unknown",status="REBALANCING" 1"#))
        #expect(!samples.contains { $0.contains("visibility") || $0.contains("INACTIVE") })
    }

    @Test func `Errors, transitions and details have the fields of v2`() {
        let listing = Self.list([
            Self.endpoint("a", "RayJob", "UPDATING", updated: 60, error: "E.1").with(["display_name": "训练"])
        ])
        let group = #"endpoint_type="RayJob",status="UPDATING""#
        let endpoint = #"endpoint_id="a",endpoint_name="训练",endpoint_type="RayJob""#
        #expect(listing.samples(of: "endpoints_with_error") == [#"\#(group),error_code="E.1" 1"#])
        #expect(listing.samples(of: "endpoint_oldest_transition_timestamp_seconds") == ["\(group) \(start + 60)"])
        #expect(
            listing.samples(of: "endpoint_status_since_timestamp_seconds") == [
                #"\#(endpoint),status="UPDATING" \#(start + 60)"#
            ])
        #expect(listing.samples(of: "endpoint_error") == [#"\#(endpoint),status="UPDATING",error_code="E.1" 1"#])
        #expect(
            listing.samples(of: "endpoint_info") == [
                #"\#(endpoint),owner="lin",owner_id="u1",pool_id="pool-1" 1"#
            ])
    }

    @Test func `Capacities are summed by resource, mode and specification, in lower case`() {
        let listing = Self.list([
            Self.endpoint(
                "a", "AuraJob", "RUNNING", [Self.capacity("CPU", 4, 16, spec: "c4"), Self.capacity("NPU", 8, 8)]),
            Self.endpoint("b", "AuraJob", "RUNNING", [Self.capacity("cpu", 1, 2, spec: "c4")]),
            Self.endpoint("c", "AuraJob", "RUNNING", mode: "HYBRID", [Self.capacity("FPGA", .max, .max), .object([])]),
            Self.endpoint("d", "AuraJob", "RUNNING", mode: "HYBRID", [Self.capacity("FPGA", .max, .min)]),
            Self.endpoint("e", "AuraJob", "FROZEN", mode: nil).with(["capacity": .null]),
        ])
        let group = #"endpoint_type="AuraJob",status="RUNNING""#
        #expect(
            listing.samples(of: "endpoint_capacity_min") == [
                #"\#(group),resource="cpu",resource_mode="reserved",spec_code="c4" 5"#,
                #"\#(group),resource="fpga",resource_mode="hybrid" 9223372036854775807"#,
                #"\#(group),resource="npu",resource_mode="reserved" 8"#,
                #"\#(group),resource="unknown",resource_mode="hybrid" 0"#,
            ])
        #expect(
            listing.samples(of: "endpoint_capacity_max") == [
                #"\#(group),resource="cpu",resource_mode="reserved",spec_code="c4" 18"#,
                #"\#(group),resource="fpga",resource_mode="hybrid" -1"#,
                #"\#(group),resource="npu",resource_mode="reserved" 8"#,
                #"\#(group),resource="unknown",resource_mode="hybrid" 0"#,
            ])
        #expect(listing.samples(of: "dpu_max") == [])
    }

    @Test func `The summary has the sums of documented resources over all statuses, modes and specifications`() {
        let summary = Self.list([
            Self.endpoint(
                "a", "AuraJob", "RUNNING", [Self.capacity("NPU", 8, 16), Self.capacity("cpu", 1, 2, spec: "c4")]),
            Self.endpoint("b", "RayJob", "FROZEN", mode: "HYBRID", [Self.capacity("CPU", .max, .max)]),
            Self.endpoint("c", "RayJob", "RUNNING", [Self.capacity("FPGA", 1, 1), Self.capacity("GPU", 0, 0)]),
        ]).summary
        #expect(
            summary.resources == [
                .init(name: "cpu", minimum: .max, maximum: .max), .init(name: "npu", minimum: 8, maximum: 16),
            ])
        #expect(summary.capacities.isEmpty)
    }

    @Test func `Records have the compute pool, cut to 256 bytes, and no image package`() {
        let long = JSONValue.string(String(repeating: "p", count: 257))
        let records = Self.list([
            Self.endpoint("a", "RayJob", "RUNNING").with(["cap": ["cap_id": "c", "version_id": "v"]]),
            Self.endpoint("b", "RayJob", "RUNNING").with(["compute_id": long]),
            Self.endpoint("c", "RayJob", "RUNNING").with(["compute_id": .null]),
        ]).records.map(\.detail)
        #expect(records.map(\.poolID) == ["pool-1", String(repeating: "p", count: 256), nil])
        #expect(records.allSatisfy { $0.capID == nil && $0.capVersionID == nil })
    }

    @Test func `Capacities without endpoints stay at zero for a day`() {
        var workspace = ListedWorkspace(api: .v2)
        _ = workspace.list([Self.endpoint("a", "AuraJob", "RUNNING", [Self.capacity("Quantum", 4, 16)])])
        let series = #"endpoint_type="AuraJob",status="RUNNING",resource="quantum",resource_mode="reserved""#
        for (hours, samples) in [(1, ["\(series) 0"]), (23, ["\(series) 0"]), (24, [])] {
            let listing = workspace.list([], at: firstInstant + .seconds(3_600 * hours))
            #expect(listing.samples(of: "endpoint_capacity_max") == samples, "\(hours)")
        }
        #expect(workspace.memory?.resources.resources.strings.contains("quantum") == false)
    }

    @Test func `Resources, modes and specifications beyond the limit of label values become other`() {
        var workspace = ListedWorkspace(labelValues: 2, api: .v2)
        let listing = workspace.list(
            (1...4).map {
                Self.endpoint(
                    "\($0)", "AuraJob", "RUNNING", mode: "M\($0)", [Self.capacity("R\($0)", 1, 1, spec: "s\($0)")])
            })
        let group = #"endpoint_type="AuraJob",status="RUNNING""#
        #expect(
            listing.samples(of: "endpoint_capacity_min") == [
                #"\#(group),resource="other",resource_mode="other",spec_code="other" 2"#,
                #"\#(group),resource="r1",resource_mode="m1",spec_code="s1" 1"#,
                #"\#(group),resource="r2",resource_mode="m2",spec_code="s2" 1"#,
            ])
        #expect(listing.samples(of: "workspace_cut_values") == ["6"])
    }

    @Test func `Secrets in resources are redacted before they are lowercased`() {
        let text = "SECRET-Of-V2-Resources"
        withExtendedLifetime(Secret(text)) {
            let row = Self.endpoint("a", "AuraJob", "RUNNING", mode: text, [Self.capacity(text, 1, 1)])
            let listing = Self.list([row])
            let page = String(decoding: listing.page(.text), as: UTF8.self).lowercased()
            #expect(!page.contains("secret-of-v2-resources") && page.contains("resource_mode"))
        }
    }

    @Test func `Every endpoint needs attention like a private one`() {
        let records = Self.list([
            Self.endpoint("a", "SparkSql", "CREATE_FAILED"), Self.endpoint("b", "SparkSql", "ON_DEMAND_FROZEN"),
            Self.endpoint("c", "SparkSql", "ABNORMAL"), Self.endpoint("d", "SparkSql", "RUNNING", error: "E.1"),
            Self.endpoint("e", "SparkSql", "RUNNING").with(["visibility": "PUBLIC"]),
        ]).records
        #expect(records.map { $0.attention(at: firstPoll) } == [.failed, .suspended, .abnormal, .error, nil])
        #expect(records.allSatisfy { $0.isPrivate && $0.detail.visibility.isEmpty })
    }

    @Test func `Changes of status are counted`() {
        var workspace = ListedWorkspace(api: .v2)
        _ = workspace.list([Self.endpoint("a", "FlinkJob", "CREATING")])
        let listing = workspace.list([Self.endpoint("a", "FlinkJob", "RUNNING")])
        #expect(
            listing.samples(of: "endpoint_transitions_total").filter { $0.hasSuffix(" 1") } == [
                #"endpoint_type="FlinkJob",from_status="CREATING",to_status="RUNNING" 1"#
            ])
    }

    private static func listing(_ filter: EndpointFilter) -> EndpointListing {
        EndpointListing(
            of: Workspace(
                key: WorkspaceKey(source: "s", workspaceID: "w"), baseURL: "https://fabric.example", api: .v2),
            settings: ListingSettings(filter: filter, details: .none, maximumDetails: 0))
    }

    @Test func `The request has the path and the filter of v2`() {
        let all = Self.listing(EndpointFilter())
        #expect(
            all.request.page(offset: 0, limit: 100)
                == "https://fabric.example/v2/workspaces/w/endpoints?limit=100&offset=0")
        #expect(all.widened == nil)
        let filtered = Self.listing(
            EndpointFilter(name: "n", engineTypes: ["RayJob", "AuraJob"], computeID: "c"))
        #expect(
            filtered.request.page(offset: 0, limit: 9)
                == "https://fabric.example/v2/workspaces/w/endpoints?compute_id=c&engine_types=AuraJob"
                + "&engine_types=RayJob&limit=9&name=n&offset=0")
        #expect(filtered.widened?.request.page(offset: 0, limit: 9).hasSuffix("endpoints?limit=9&offset=0") == true)
    }
}
