// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@Suite("Statuses, reasons and keys")
struct StatusTests {
    static let kinds: [(status: String, isTransitional: Bool, isFailed: Bool)] = [
        ("CREATING", true, false), ("RUNNING", false, false), ("CREATE_FAILED", false, true), ("DELETING", true, false),
        ("DELETED", false, false), ("UPDATING", true, false), ("UPDATE_FAILED", false, true),
        ("DELETE_FAILED", false, true), ("FROZEN", false, false), ("INACTIVE", false, false),
        ("TRIAL_ENDED", false, false), ("UNKNOWN", false, false), ("MIGRATE_FAILED", false, true),
        ("FAILED", false, false), ("_FAILED", false, false), ("creating", false, false), ("", false, false),
    ]

    @Test("A status is on its way, has failed, or neither", arguments: kinds)
    func kind(status: String, isTransitional: Bool, isFailed: Bool) {
        #expect(EndpointStatus(status).isTransitional == isTransitional)
        #expect(EndpointStatus(status).isFailed == isFailed)
    }

    @Test("The documented statuses are eleven, each once")
    func documented() {
        #expect(EndpointStatus.documented.map(\.rawValue) == Self.kinds.prefix(11).map(\.status))
    }

    @Test("The reasons are those of the contract, ordered by their text")
    func reasons() {
        #expect(
            FailureReason.allCases.shuffled().sorted().map(\.rawValue) == [
                "bad_request", "credentials", "forbidden", "inconsistent", "network", "not_found", "response", "server",
                "stalled", "throttled", "timeout", "tls", "unauthenticated",
            ])
    }

    @Test("Workspaces are ordered by source, then id, byte by byte")
    func keys() {
        let ordered = [("a", "2"), ("a", "Z"), ("a", "a"), ("b", "1"), ("z", "1")]
            .map { WorkspaceKey(source: $0, workspaceID: $1) }
        #expect(ordered.shuffled().sorted() == ordered)
        #expect(!(ordered[0] < ordered[0]))
    }

    @Test("A workspace without a name is called by its id")
    func name() {
        let key = WorkspaceKey(source: "s", workspaceID: "w1")
        #expect(Workspace(key: key, baseURL: "https://x").name == "w1")
        #expect(Workspace(key: key, name: "lake", baseURL: "https://x").name == "lake")
    }
}
