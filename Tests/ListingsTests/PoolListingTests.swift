// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import HTTPClient
import TestSupport
import Testing

@testable import Fabric
@testable import Listings

@Suite(.timeLimit(.minutes(1)))
struct PoolListingTests {
    /// Consecutive reads of one workspace; each has the memory of the previous one.
    private final class Pools {
        var settings = ListingSettings(details: .problems, maximumDetails: 1_000, keepsRecords: true)
        /// The responses by a part of the URL; the first match counts.
        var answers: [(part: String, Result<HTTPResponse, TransportFailure>)] = []
        private(set) var urls: [String] = []
        private(set) var counters = APICounters()
        private var memory: PoolMemory?
        let clock = ManualClock()

        var listing: PoolListing {
            PoolListing(
                of: Workspace(
                    key: WorkspaceKey(source: "cn-north-4", workspaceID: "w1"), name: "lake", baseURL: "https://x",
                    api: .v2), settings: settings)
        }

        /// The current time in whole seconds.
        var now: Int64 { clock.wallMicroseconds / 1_000_000 }

        func client(_ pools: [JSONValue]) -> (client: SourceClient, transport: FakeTransport) {
            let list = JSONValue.object([
                (name: "total", value: JSONValue(pools.count)), (name: "computes", value: .array(pools)),
            ]).text
            let answers = answers
            let transport = FakeTransport { request, _ in
                if let answer = answers.first(where: { request.url.contains($0.part) }) { return answer.1 }
                if request.url.contains("/computes/metrics?") { return .response(200, #"{"data":[]}"#) }
                return .response(200, request.url.contains("/endpoint-limit?") ? "[]" : list)
            }
            var settings = PollSettings()
            settings.retries = 0
            return (
                SourceClient(
                    transport: transport, credentials: TokenCredentials(.value(Secret("token-of-the-test"))),
                    clock: clock, limiter: RequestLimiter(concurrency: 4, clock: clock), settings: settings), transport
            )
        }

        func read(_ pools: [JSONValue]) async throws(APIFailure) -> ListingSnapshot {
            let (client, transport) = client(pools)
            let turn = client.turn(of: "w1", optionalListing: "pools")
            defer {
                urls = transport.urls
                counters = client.counters
            }
            let (snapshot, next) = try await listing.read(through: client, turn, memory: memory)
            memory = next
            return snapshot
        }

        /// Answers queries of a pool's metric with these percentages, the last one of this moment and one a minute.
        func measure(_ id: String, _ metric: String, name: String? = nil, _ percentages: [Double]) {
            let count = Int64(percentages.count)
            let points = percentages.enumerated().map { index, percent in
                #"{"collection_time":\#(now - 60 * (count - 1 - Int64(index))),"values":"#
                    + #"[{"compute_name":"\#(name ?? "name-\(id)")","compute_value":\#(percent)}]}"#
            }
            let body = #"{"data":[\#(points.joined(separator: ","))]}"#
            // The parameters are in alphabetical order.
            answers.append(("compute_ids=\(id)&end_time=\(now)&metric_name=\(metric)&", .response(200, body)))
        }

        func setAllocatable(_ id: String, _ rows: String) {
            answers.append(("endpoint-limit?compute_id=\(id)&", .response(200, "[\(rows)]")))
        }
    }

    private static func pool(
        _ id: String, _ status: JSONValue = "RUNNING", mode: JSONValue = "postPaid", _ capacity: [JSONValue] = [],
        more: [(name: String, value: JSONValue)] = []
    ) -> JSONValue {
        .object(
            [
                (name: "id", value: .string(id)), (name: "name", value: .string("name-\(id)")),
                (name: "charge_mode", value: mode), (name: "status", value: status),
                (name: "capacity", value: .array(capacity)),
            ] + more)
    }

    private static func capacity(_ type: String, _ amount: JSONValue, _ specCode: String? = nil) -> JSONValue {
        ["type": .string(type), "capacity": amount, "spec_code": JSONValue(specCode)]
    }

    @Test func `Pools are counted by charge mode and status, with zeros for all documented statuses`() async throws {
        let pools = Pools()
        let rows = [
            Self.pool("a"), Self.pool("b"), Self.pool("c", "FAILED"), Self.pool("d", "RUNNING", mode: "prePaid"),
            Self.pool("e", "THAWING", mode: "perHour"), Self.pool("f", .null, mode: .null),
        ]
        let lines = try await pools.read(rows).samples(of: "pools")
        func value(_ mode: String, _ status: String) -> String? {
            lines.first { $0.hasPrefix(#"charge_mode="\#(mode)",status="\#(status)" "#) }
                .flatMap { $0.split(separator: " ").last.map(String.init) }
        }
        #expect(value("postPaid", "RUNNING") == "2" && value("postPaid", "FAILED") == "1")
        #expect(value("prePaid", "RUNNING") == "1" && value("perHour", "THAWING") == "1")
        #expect(value("unknown", "UNKNOWN") == "1")
        for mode in ["postPaid", "prePaid", "perHour", "unknown"] {
            for (status, _) in PoolStatus.table { #expect(value(mode, status) != nil) }
        }
        #expect(lines.count == 4 * 10 + 2)
        #expect(lines == lines.sorted())
    }

    @Test func `A count stays at zero for a day after its last pool is gone, and ends in the next list`() async throws {
        let pools = Pools()
        _ = try await pools.read([Self.pool("a", "THAWING")])
        let gone = #"charge_mode="postPaid",status="THAWING" 0"#
        #expect(try await pools.read([Self.pool("a")]).samples(of: "pools").contains(gone))
        pools.clock.advance(by: .seconds(86_399))
        #expect(try await pools.read([]).samples(of: "pools").contains(gone))
        pools.clock.advance(by: .seconds(1))
        #expect(!(try await pools.read([]).samples(of: "pools").contains(gone)))
    }

    @Test func `Each pool has its information and its capacity, rows of one specification added up`() async throws {
        let rows = [
            Self.pool(
                "b", "SCALEOUT",
                [
                    Self.capacity("CPU", 64, "c1"), Self.capacity("CPU", 32, "c1"), Self.capacity("CPU", 8, "c2"),
                    Self.capacity("NPU", 16), Self.capacity("FPGA", 1, "f"), Self.capacity("GPU", .null, "g"), 7, .null,
                ]), Self.pool("a", "FREEZING", mode: "prePaid"),
        ]
        let snapshot = try await Pools().read(rows)
        #expect(
            snapshot.samples(of: "pool_info") == [
                #"pool_id="a",pool="name-a",charge_mode="prePaid",status="FREEZING" 1"#,
                #"pool_id="b",pool="name-b",charge_mode="postPaid",status="SCALEOUT" 1"#,
            ])
        #expect(
            snapshot.samples(of: "pool_capacity") == [
                #"pool_id="b",pool="name-b",resource="cpu",spec_code="c1" 96"#,
                #"pool_id="b",pool="name-b",resource="cpu",spec_code="c2" 8"#,
                #"pool_id="b",pool="name-b",resource="fpga",spec_code="f" 1"#,
                #"pool_id="b",pool="name-b",resource="npu" 16"#,
            ])
        #expect(snapshot.counts.malformedFields == 1)
    }

    @Test(arguments: [.null, [], 7, "x", ["type": "CPU"]] as [JSONValue])
    func `A pool with an unusable capacity has none`(_ capacity: JSONValue) async throws {
        let row: JSONValue = ["id": "a", "name": "n", "status": "RUNNING", "capacity": capacity]
        let snapshot = try await Pools().read([row])
        #expect(snapshot.samples(of: "pool_capacity") == [])
        #expect(snapshot.samples(of: "pool_info").count == 1)
    }

    @Test func `Only running pools are queried, and accelerators only where a pool has them`() async throws {
        let pools = Pools()
        let rows = [
            Self.pool("a", "RUNNING", [Self.capacity("CPU", 1), Self.capacity("npu", 1)]),
            Self.pool("b", "RUNNING", [Self.capacity("GPU", 1)]),
            Self.pool("c"), Self.pool("d", "SCALEIN", [Self.capacity("GPU", 1)]), Self.pool("e", "FAILED"),
        ]
        _ = try await pools.read(rows)
        func parameter(_ name: String, _ url: String) -> Substring? {
            url.split(separator: name + "=").dropFirst().first?.prefix { $0 != "&" }
        }
        let queries = pools.urls.dropFirst().map { url in
            [parameter("compute_ids", url) ?? parameter("compute_id", url), parameter("metric_name", url) ?? "limit"]
                .compactMap { $0 }.joined(separator: " ")
        }
        #expect(
            queries == [
                "a limit", "a CPU", "a MEM", "a NPU", "b limit", "b CPU", "b MEM", "b GPU", "c limit", "c CPU", "c MEM",
            ])
    }

    @Test func `What is left and the newest use of a pool are exported, with their time`() async throws {
        let pools = Pools()
        pools.measure("a", "CPU", [80, 12.5])
        pools.measure("a", "MEM", [50])
        pools.setAllocatable(
            "a",
            """
            {"type":"CPU","spec_code":"c1","compute_allocatable":{"cpu":1500}},
            {"type":"CPU","spec_code":"c1","compute_allocatable":{"cpu":1000}},
            {"type":"GPU","spec_code":"g1","compute_allocatable":{"accelerator":3}}
            """)
        let snapshot = try await pools.read([Self.pool("a")])
        let pool = #"pool_id="a",pool="name-a",resource="#
        #expect(
            snapshot.samples(of: "pool_allocatable") == [
                pool + #""cpu",spec_code="c1" 2.5"#, pool + #""gpu",spec_code="g1" 3"#,
            ])
        #expect(
            snapshot.samples(of: "pool_utilization_ratio") == [pool + #""cpu" 0.125"#, pool + #""memory" 0.5"#])
        #expect(
            snapshot.samples(of: "pool_utilization_timestamp_seconds") == [
                pool + #""cpu" \#(pools.now)"#, pool + #""memory" \#(pools.now)"#,
            ])
    }

    @Test func `A renamed pool never gets the use of the pool that has its old name now`() async throws {
        let pools = Pools()
        // Before the list: a was called name-b. After it: b is called name-a.
        pools.measure("a", "CPU", name: "name-b", [10])
        pools.measure("b", "CPU", name: "name-a", [90])
        let snapshot = try await pools.read([Self.pool("a"), Self.pool("b")])
        #expect(snapshot.samples(of: "pool_utilization_ratio") == [])
    }

    @Test func `Pools with the same name have their own use`() async throws {
        let pools = Pools()
        pools.measure("a", "CPU", name: "same", [10])
        pools.measure("b", "CPU", name: "same", [90])
        let rows = ["a", "b"].map { id -> JSONValue in ["id": .string(id), "name": "same", "status": "RUNNING"] }
        #expect(
            try await pools.read(rows).samples(of: "pool_utilization_ratio") == [
                #"pool_id="a",pool="same",resource="cpu" 0.1"#, #"pool_id="b",pool="same",resource="cpu" 0.9"#,
            ])
    }

    @Test func `A failed query only concerns its pool and its value`() async throws {
        let pools = Pools()
        pools.answers.append(("compute_ids=a&", .response(500, "{}")))
        pools.answers.append(("endpoint-limit?compute_id=b&", .response(200, "no JSON")))
        pools.setAllocatable("a", #"{"type":"CPU","compute_allocatable":{"cpu":1000}}"#)
        pools.measure("b", "CPU", [20])
        let snapshot = try await pools.read([Self.pool("a"), Self.pool("b")])
        #expect(snapshot.samples(of: "pool_allocatable") == [#"pool_id="a",pool="name-a",resource="cpu" 1"#])
        #expect(snapshot.samples(of: "pool_utilization_ratio") == [#"pool_id="b",pool="name-b",resource="cpu" 0.2"#])
        #expect(snapshot.samples(of: "pool_info").count == 2)
        #expect(
            pools.counters.failedQueries == [
                .init(query: .utilization, reason: .server): 2, .init(query: .allocatable, reason: .response): 1,
            ])
        let failed = snapshot.summary.failedQueries
        #expect(failed.map(\.query) == [.allocatable, .utilization] && failed.map(\.count) == [1, 2])
        #expect(failed.map(\.failure.reason) == [.response, .server])
    }

    @Test func `A query that is refused three times in a row is not sent for further pools`() async throws {
        let pools = Pools()
        pools.answers.append(("endpoint-limit?", .response(403, "{}")))
        let rows = ["a", "b", "c", "d", "e"].map { Self.pool($0) }
        _ = try await pools.read(rows)
        #expect(pools.urls.count { $0.contains("endpoint-limit") } == 3)
        #expect(pools.urls.count { $0.contains("metrics") } == 10)
        #expect(pools.counters.failedQueries == [.init(query: .allocatable, reason: .forbidden): 5])
    }

    @Test func `A query that is refused for some pools is sent for the others`() async throws {
        let pools = Pools()
        for id in ["a", "b", "d", "e"] {
            pools.answers.append(("endpoint-limit?compute_id=\(id)&", .response(403, "{}")))
        }
        _ = try await pools.read(["a", "b", "c", "d", "e"].map { Self.pool($0) })
        #expect(pools.urls.count { $0.contains("endpoint-limit") } == 5)
    }

    @Test(arguments: [401, 429])
    func `After a rejected credential, or throttling, no query follows`(_ status: Int) async throws {
        let pools = Pools()
        pools.answers.append(("endpoint-limit?", .response(status, "{}")))
        let snapshot = try await pools.read([Self.pool("a"), Self.pool("b")])
        #expect(pools.urls.count == 2)
        #expect(snapshot.samples(of: "pool_info").count == 2)
        let reason = status == 401 ? FailureReason.unauthenticated : .throttled
        #expect(
            pools.counters.failedQueries == [
                .init(query: .allocatable, reason: reason): 2, .init(query: .utilization, reason: reason): 4,
            ])
    }

    @Test func `A failed list fails the read, and nothing is queried`() async throws {
        let pools = Pools()
        pools.answers.append(("/computes?", .response(403, "{}")))
        do throws(APIFailure) {
            _ = try await pools.read([])
            Issue.record("the read succeeded")
        } catch {
            #expect(error.reason == .forbidden)
        }
        #expect(pools.urls == ["https://x/v2/workspaces/w1/computes?limit=100&offset=0"])
        #expect(pools.counters.failedQueries == [:])
    }

    @Test func `Pools beyond the limit are counted, but have no series of their own and are not queried`() async throws
    {
        let pools = Pools()
        pools.settings.maximumDetails = 2
        let snapshot = try await pools.read(
            ["d", "b", "a", "c"].map { Self.pool($0, "RUNNING", [Self.capacity("CPU", 1)]) })
        #expect(snapshot.samples(of: "pool_info").map { $0.prefix(11) } == [#"pool_id="a""#, #"pool_id="b""#])
        #expect(snapshot.samples(of: "pool_capacity").count == 2)
        #expect(snapshot.samples(of: "pools").contains(#"charge_mode="postPaid",status="RUNNING" 4"#))
        #expect(snapshot.summary.droppedDetails == 2)
        #expect(pools.urls.count == 1 + 2 * 3)
    }

    @Test func `A pool has at most a hundred resources and specifications; the others are summed as other`()
        async throws
    {
        let capacity = (0..<150).map { Self.capacity("CPU", 2, "spec-\(1_000 + $0)") }
        let lines = try await Pools().read([Self.pool("a", "RUNNING", capacity)]).samples(of: "pool_capacity")
        #expect(lines.count == 101)
        #expect(lines.contains(#"pool_id="a",pool="name-a",resource="other",spec_code="other" 100"#))
    }

    @Test func `Failed and frozen pools and errors are details, with the nested error`() async throws {
        let created = Timestamp(seconds: start).iso8601()
        let rows = [
            Self.pool(
                "a", "FAILED",
                more: [
                    (name: "error", value: ["error_code": "AIDataLake.1", "error_msg": "no stock"]),
                    (name: "create_time", value: .string(created)),
                ]), Self.pool("b", "FREEZING"), Self.pool("c"),
            Self.pool("d", "RUNNING", more: [(name: "error", value: 7)]),
        ]
        let pools = Pools()
        let snapshot = try await pools.read(rows)
        #expect(snapshot.details.map(\.id.text) == ["a", "b"])
        #expect(snapshot.details.map(\.errorCode) == ["AIDataLake.1", nil])
        #expect(snapshot.details.first?.errorMessage == "no stock")
        #expect(snapshot.details.first?.since == Timestamp(seconds: start))
        #expect(snapshot.summary.withError == 1)
        #expect(
            snapshot.records.map { $0.attention(at: Timestamp(seconds: pools.now)) } == [.failed, .suspended, nil, nil])
        pools.settings.details = .none
        #expect(try await pools.read(rows).details == [])
    }

    @Test func `Undocumented values become other beyond the limit`() async throws {
        let pools = Pools()
        pools.settings.maximumLabelValues = 2
        let snapshot = try await pools.read(
            (0..<5).map { Self.pool("p\($0)", .string("S\($0)"), mode: .string("M\($0)")) })
        #expect(snapshot.samples(of: "pools").contains(#"charge_mode="other",status="other" 3"#))
        #expect(snapshot.counts.cutValues == 6)
    }

    @Test func `A probe lists one page and queries one running pool`() async throws {
        let pools = Pools()
        let rows = [Self.pool("a", "FAILED"), Self.pool("b", "RUNNING", [Self.capacity("CPU", 4)]), Self.pool("c")]
        let (client, transport) = pools.client(rows)
        let probe = try await pools.listing.probe(through: client)
        #expect(probe.records == 3 && !probe.isExact)
        #expect(probe.requests == 1 + 2 * 3)
        #expect(transport.urls.count == 3)
        let idle = pools.client([Self.pool("a", "FAILED")])
        #expect(try await pools.listing.probe(through: idle.client).isExact)
        #expect(idle.transport.urls.count == 1)
    }

    @Test(arguments: ["endpoint-limit?", "/computes/metrics?"])
    func `A probe fails if a query is refused`(_ part: String) async throws {
        let pools = Pools()
        pools.answers.append((part, .response(403, "{}")))
        do throws(APIFailure) {
            _ = try await pools.listing.probe(through: pools.client([Self.pool("a")]).client)
            Issue.record("the probe succeeded")
        } catch {
            #expect(error.reason == .forbidden)
        }
    }
}
