// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric

@Suite("Listing workspaces")
struct WorkspaceListerTests {
    private typealias Answer = StubListTransport.Answer

    private static func list(
        _ transport: StubListTransport, name: String? = nil, project: String = "all_granted_eps", pageSize: Int = 10,
        retries: Int = 0, api: APIVersion = .v1
    ) async -> (outcome: Outcome, counters: APICounters) {
        let clock = ManualClock()
        let client = SourceClient(
            transport: transport, credentials: TokenCredentials(.value(Secret("MIIFtokenOfTheTests"))), clock: clock,
            limiter: RequestLimiter(concurrency: 16, clock: clock),
            settings: PollSettings(
                timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: 0, retries: retries,
                maxResponseBytes: 1 << 20, pageSize: pageSize, maxEndpoints: 5))
        let lister = WorkspaceLister(
            client: client, baseURL: "https://fabric.example/", api: api, name: name, enterpriseProjectID: project)
        let turn = lister.turn()
        do throws(APIFailure) {
            let list = try await lister.list(turn)
            return (Outcome(result: .success(list), relists: turn.relists), client.counters)
        } catch {
            return (Outcome(result: .failure(error), relists: turn.relists), client.counters)
        }
    }

    private struct Outcome {
        var result: Result<WorkspaceList, APIFailure>
        var relists: Int
    }

    private static func record(_ number: Int) -> String {
        "{\"id\":\"w-\(1_000 + number)\",\"name\":\"n\(number)\",\"enterprise_project_id\":\"0\"}"
    }

    private static func workspace(_ number: Int) -> DiscoveredWorkspace {
        DiscoveredWorkspace(id: "w-\(1_000 + number)", name: "n\(number)", enterpriseProjectID: "0")
    }

    private static func serving(_ records: [String]) -> StubListTransport {
        StubListTransport { _ in .page(of: records, key: "workspaces") }
    }

    @Test(
        "Parameters are sorted and encoded; the enterprise project is always sent",
        arguments: [
            (nil, "all_granted_eps", "enterprise_project_id=all_granted_eps&limit=10&offset=0"),
            ("prod-", "0", "enterprise_project_id=0&limit=10&name=prod-&offset=0"),
            ("a&b 端", "x/y", "enterprise_project_id=x%2Fy&limit=10&name=a%26b%20%E7%AB%AF&offset=0"),
        ] as [(String?, String, String)]
    )
    func urls(_ name: String?, _ project: String, _ query: String) async throws {
        let transport = Self.serving([])
        let (outcome, counters) = await Self.list(transport, name: name, project: project)
        #expect(try outcome.result.get().workspaces.isEmpty)
        #expect(transport.urls == ["https://fabric.example/v1/workspaces?" + query])
        #expect(counters.requests == [.init(operation: .listWorkspaces, status: 200): 1])
        #expect(counters.durations.keys.map(\.name) == ["list_workspaces"])
    }

    @Test("Workspaces of API v2 have another path")
    func v2() async throws {
        let transport = Self.serving([Self.record(1)])
        let (outcome, _) = await Self.list(transport, api: .v2)
        #expect(try outcome.result.get().workspaces == [Self.workspace(1)])
        #expect(
            transport.urls
                == ["https://fabric.example/v2/workspaces?enterprise_project_id=all_granted_eps&limit=10&offset=0"])
    }

    @Test(
        "Lists of any length are complete and ordered by ID, independent of max_endpoints",
        arguments: [(0, 1), (1, 1), (9, 1), (10, 2), (11, 2), (19, 3), (20, 3), (357, 40)])
    func lengths(_ count: Int, _ requests: Int) async throws {
        let transport = Self.serving((0..<count).reversed().map(Self.record))
        let (outcome, _) = await Self.list(transport)
        #expect(try outcome.result.get().workspaces == (0..<count).map(Self.workspace))
        #expect(outcome.relists == 0)
        #expect(transport.urls.count == requests)
    }

    @Test("Records without a usable ID are skipped and counted, and the list is complete")
    func skipped() async throws {
        var records = (0..<19).map(Self.record)
        // A record shared by two pages, and another one.
        records[9] = #"{"id":"no id","name":5}"#
        records[12] = "{}"
        let (outcome, _) = await Self.list(Self.serving(records))
        let expected = (0..<19).filter { $0 != 9 && $0 != 12 }.map(Self.workspace)
        #expect(try outcome.result.get().workspaces == expected)
        let list = try outcome.result.get()
        #expect([list.skippedRecords, list.malformedFields, outcome.relists] == [2, 1, 0])
    }

    @Test("A list that changes is relisted")
    func relist() async throws {
        let before = (0..<19).map(Self.record)
        let after = (1..<20).map(Self.record)
        let transport = StubListTransport { request in
            .page(of: request.number == 0 ? before : after, key: "workspaces")
        }
        let (outcome, _) = await Self.list(transport)
        #expect(try outcome.result.get().workspaces == (1..<20).map(Self.workspace))
        #expect(outcome.relists == 1)
        #expect(transport.urls.count == 6)
    }

    @Test("A list that keeps changing fails after a bounded number of requests")
    func endlessChanges() async {
        // Only first pages are equal: a row disappears between each first page and the second.
        let transport = StubListTransport { request in
            let first = request.offset == 0 ? 0 : 1
            return .page(of: (first..<first + 19).map(Self.record), key: "workspaces")
        }
        let (outcome, _) = await Self.list(transport)
        let expected = APIFailure(
            .inconsistent, "4 consecutive reads of the list were incomplete; last: received 20 workspaces, total is 19")
        #expect(throws: expected) { try outcome.result.get() }
        #expect(outcome.relists == 3)
        #expect(transport.urls.count == 12)
    }

    @Test("Ten thousand workspaces are accepted, more are rejected")
    func tooMany() async throws {
        for (total, isRejected) in [(10_000, false), (10_001, true)] {
            let transport = StubListTransport { request in
                request.offset == 0
                    ? .page(of: (0..<10).map(Self.record), key: "workspaces", total: total)
                    : .failure(TransportFailure(.tls, "test ends here"))
            }
            let (outcome, _) = await Self.list(transport)
            let expected =
                isRejected
                ? APIFailure(.response, "10001 workspaces exceed the maximum (10000)")
                : APIFailure(.tls, "test ends here")
            #expect(throws: expected) { try outcome.result.get() }
        }
    }

    @Test(
        "A failure of any page has its reason",
        arguments: [
            (Answer.status(403, body: #"{"error_code":403,"error_msg":"no"}"#), FailureReason.forbidden),
            (.status(401, body: ""), .unauthenticated), (.status(502, body: ""), .server),
            (.status(400, body: #"{"error_code":"APIG.0106","error_msg":"no"}"#), .badRequest),
            (.status(200, body: "<html>"), .response), (.status(200, body: #"{"endpoints":[]}"#), .response),
            (.failure(TransportFailure(.connect, "refused")), .network),
        ], [0, 9]
    )
    private func failures(_ failing: (answer: Answer, reason: FailureReason), _ offset: Int) async {
        let transport = StubListTransport { request in
            request.offset == offset ? failing.answer : .page(of: (0..<19).map(Self.record), key: "workspaces")
        }
        let (outcome, _) = await Self.list(transport)
        guard case .failure(let failure) = outcome.result else {
            Issue.record("a failed page must fail the list")
            return
        }
        #expect(failure.reason == failing.reason)
        if failure.status == 200 { #expect(failure.message.hasPrefix("response body is not a list of workspaces: ")) }
        #expect(outcome.relists == 0)
    }
}
