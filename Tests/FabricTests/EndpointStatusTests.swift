// SPDX-License-Identifier: Apache-2.0
import Fabric
import Testing

@Suite("Statuses, reasons and keys")
struct EndpointStatusTests {
    static let phases: [(phase: Phase, statuses: [String])] = [
        (.inTransition, ["CREATING", "UPDATING", "DELETING"]), (.serving, ["RUNNING"]),
        (.failed, ["CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED", "FOO_FAILED", "__FAILED", "é_FAILED"]),
        (.abnormal, ["ABNORMAL"]), (.suspended, ["FROZEN", "ON_DEMAND_FROZEN", "TRIAL_ENDED"]),
        (.inactive, ["INACTIVE"]), (.gone, ["DELETED"]),
        (.unknown, ["UNKNOWN", "FAILED", "_FAILED", "CREATE_FAILED_", "FAILED_CREATE", "creating", "REBALANCING", ""]),
    ]

    @Test("Each status has its phase, whether it is in the table or not", arguments: phases)
    func phase(phase: Phase, statuses: [String]) {
        for status in statuses { #expect(EndpointStatus(status).phase == phase, "\(status)") }
        let needsAttention = [.inTransition, .failed, .abnormal, .suspended].contains(phase)
        #expect(phase.needsAttention == needsAttention)
    }

    @Test("The table has each known status once, ordered by phase; eleven have zero series, in v2 twelve")
    func table() {
        let rows = EndpointStatus.table
        #expect(
            rows.map(\.status.rawValue) == [
                "CREATING", "UPDATING", "DELETING", "RUNNING", "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED",
                "ABNORMAL", "FROZEN", "ON_DEMAND_FROZEN", "TRIAL_ENDED", "INACTIVE", "DELETED", "UNKNOWN",
            ])
        #expect(
            rows.filter { !$0.hasZeroSeries }.map(\.status.rawValue) == ["ABNORMAL", "ON_DEMAND_FROZEN", "UNKNOWN"])
        #expect(rows.filter { !$0.hasZeroSeriesInV2 }.map(\.status.rawValue) == ["INACTIVE", "UNKNOWN"])
        let order = Phase.allCases
        #expect(order == Self.phases.map(\.phase))
        #expect(
            rows.map { order.firstIndex(of: $0.phase) ?? -1 }
                == rows.map { order.firstIndex(of: $0.phase) ?? -1 }.sorted())
    }

    @Test("Reasons are complete and ordered by their text")
    func reasons() {
        #expect(
            FailureReason.allCases.shuffled().sorted().map(\.rawValue) == [
                "bad_request", "credentials", "forbidden", "inconsistent", "network", "not_found", "response", "server",
                "stalled", "throttled", "timeout", "tls", "unauthenticated",
            ])
    }

    @Test("Workspaces are ordered by source, then ID, byte by byte")
    func keys() {
        let ordered = [("a", "2"), ("a", "Z"), ("a", "a"), ("b", "1"), ("z", "1")]
            .map { WorkspaceKey(source: $0, workspaceID: $1) }
        #expect(ordered.shuffled().sorted() == ordered)
        #expect(!(ordered[0] < ordered[0]))
    }

    @Test("The name of a workspace without a name is its ID")
    func name() {
        let key = WorkspaceKey(source: "s", workspaceID: "w1")
        #expect(Workspace(key: key, baseURL: "https://x").name == "w1")
        #expect(Workspace(key: key, name: "lake", baseURL: "https://x").name == "lake")
    }
}
