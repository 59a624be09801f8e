// SPDX-License-Identifier: Apache-2.0
import Exposition
import FabricModel
import TestSupport
import Testing

@testable import Aggregation

@Suite("Whole pages of a workspace")
struct PageTests {
    /// Endpoints of all kinds: every resource, odd names, undocumented words, all ways to be a problem.
    static let rows: [EndpointRow] = [
        EndpointRow("0123456789abcdeffedcba9876543210", "RUNNING", created: 1_799_000_000, updated: 1_799_000_500)
            .with { $0.mu = ReservedCapacity(specCode: "mu.1", reserved: 2, maximum: 8) },
        EndpointRow("0123456789abcdeffedcba9876543211", "RUNNING").with {
            $0.apu = ReservedCapacity(specCode: "apu.ascend", reserved: 3, maximum: 3)
            $0.visibility = "PUBLIC"
        },
        EndpointRow("11111111-2222-3333-4444-555555555555", "SQL", "UPDATING", created: 1_700_000_000)
            .with { $0.dpu = ReservedCapacity(specCode: nil, reserved: 16, maximum: 64, usesPublicResource: true) },
        EndpointRow("xxxxx", "SQL", "CREATING", created: 1_799_999_000, updated: 1_799_999_900)
            .with { $0.dpu = ReservedCapacity(specCode: "dpu.s", reserved: 1, maximum: 1) },
        EndpointRow("y\"\\\n端点", "RAY", "CREATE_FAILED", updated: 1_799_999_123, error: "FABRIC.0001").with {
            $0.name = "带 \"quotes\", back\\slashes\nand a line feed"
            $0.errorMessage = "never on a page"
            $0.updateTime?.microseconds += 456_789
            $0.ray = RayCluster(
                hasHead: true, headSpecCode: "head.x",
                workers: [
                    .init(specCode: "worker.a", minimum: 1, maximum: 4),
                    .init(specCode: "worker.b", minimum: 0, maximum: 0),
                    .init(specCode: "worker.a", minimum: 2, maximum: 2),
                ])
        },
        EndpointRow("z", "NEW_KIND", "HIBERNATING").with {
            $0.name = nil
            $0.visibility = "SHARED"
            $0.ray = RayCluster(hasHead: true, headSpecCode: nil, workers: [])
        },
        EndpointRow(id: EndpointID("bare")),
        EndpointRow("deleting", "DELETING", error: "FABRIC.0002"),
    ]

    @Test("A workspace with rows of all kinds gives the golden pages", arguments: ExpositionFormat.allCases)
    func everything(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace(details: .all)
        let listing = workspace.list(Self.rows, skipped: 1, malformed: 3)
        try goldens.check(listing.page(format), "everything.\(format.suffix)")
    }

    @Test("The order of rows changes no byte")
    func order() {
        var first = ListedWorkspace(details: .all)
        let expected = first.list(Self.rows).page(.text)
        for rows in [Self.rows.reversed(), Array(Self.rows[3...] + Self.rows[..<3])] {
            var workspace = ListedWorkspace(details: .all)
            #expect(workspace.list(rows).page(.text) == expected)
        }
    }

    @Test("A listing after one that showed everything keeps its series at zero", arguments: ExpositionFormat.allCases)
    func gone(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace(details: .all)
        _ = workspace.list(Self.rows)
        let empty = workspace.list([])
        try goldens.check(empty.page(format), "gone.\(format.suffix)")
        #expect(workspace.list([]).page(format) == empty.page(format))
    }

    @Test("An empty listing of a new workspace counts nothing and no more", arguments: ExpositionFormat.allCases)
    func empty(format: ExpositionFormat) throws {
        var workspace = ListedWorkspace()
        try goldens.check(workspace.list([]).page(format), "empty.\(format.suffix)")
    }

    @Test("Both formats carry the same sample lines")
    func sameSamples() {
        var workspace = ListedWorkspace(details: .all)
        let listing = workspace.list(Self.rows)
        func samples(_ format: ExpositionFormat) -> [Substring] {
            String(decoding: listing.page(format), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        #expect(samples(.text) == samples(.openMetrics))
        #expect(samples(.text).count > 100)
    }

    @Test("An error message is never on a page, but kept with the detail")
    func message() {
        var workspace = ListedWorkspace()
        let listing = workspace.list(Self.rows)
        #expect(!String(decoding: listing.page(.text), as: UTF8.self).contains("never on a page"))
        #expect(listing.details.compactMap(\.errorMessage) == ["never on a page"])
    }
}

extension ExpositionFormat {
    var suffix: String { self == .text ? "prom" : "openmetrics" }
}
