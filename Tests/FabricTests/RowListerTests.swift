// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite("Listing rows")
struct RowListerTests {
    @Test("A single page takes one request, with the token, and has whole rows")
    func onePage() async throws {
        let source = Source(FakeTransport([.response(200, SamplePage.json)]))
        let outcome = await source.list(into: LineFold())
        let listing = try outcome.result.get()
        #expect(listing.fold.lines == [SamplePage.line])
        #expect([listing.rows, listing.skippedRecords, listing.malformedFields, outcome.relists] == [1, 0, 0, 0])
        let request = try #require(source.transport.requests.first)
        #expect(source.transport.urls == ["https://fabric.example/v1/workspaces/ws-1/endpoints?limit=100&offset=0"])
        #expect(
            request.headers == [HTTPHeader("Accept", "application/json"), HTTPHeader("X-Auth-Token", Source.token)])
        #expect(request.method == .get && request.body == nil)
        #expect(request.timeout == .seconds(10) && request.maxBodyBytes == 1 << 20)
    }

    @Test("After the first page, up to sixteen or half of the slots' pages are requested concurrently")
    func concurrentPages() async {
        let source = Source(SimulatedList(3_000).transport(holding: true), slots: 100)
        async let listing = source.list()
        await source.transport.waitForRequests(1)
        source.transport.release(1)
        await source.transport.waitForRequests(17)
        #expect(source.transport.inFlight == 16)
        source.transport.release()
        #expect(await listing.ids == SimulatedList.ids(0..<3_000))
        #expect(source.transport.maximumInFlight == 16)
        #expect(
            source.transport.urls.sorted()
                == (0...30).map { "https://fabric.example/v1/workspaces/ws-1/endpoints?limit=100&offset=\($0 * 99)" }
                .sorted())
    }

    @Test(
        "Lists of any length are complete, in the minimum number of requests",
        arguments: [
            (0, 100, 1), (1, 100, 1), (99, 100, 1), (100, 100, 2), (101, 100, 2), (199, 100, 3), (357, 100, 4),
            (5, 2, 5), (20, 7, 4),
        ]
    )
    func lengths(_ count: Int, _ pageSize: Int, _ requests: Int) async {
        let source = Source(SimulatedList(count).transport(), pageSize: pageSize)
        let outcome = await source.list()
        #expect(outcome.ids == SimulatedList.ids(0..<count))
        #expect(outcome.relists == 0)
        #expect(source.transport.requests.count == requests)
    }

    @Test("Pages of one row share no row, so the list must be the same twice")
    func pagesOfOneRow() async {
        let source = Source(SimulatedList(3).transport(), pageSize: 1)
        let outcome = await source.list()
        #expect(outcome.ids == SimulatedList.ids(0..<3))
        #expect(outcome.relists == 1)
        #expect(source.transport.requests.count == 8)
    }

    @Test("Without a total, pages are requested one by one", arguments: [(0, 1), (99, 2), (100, 2), (357, 5)])
    func noTotal(_ count: Int, _ requests: Int) async {
        let source = Source(SimulatedList(count, total: "").transport())
        let outcome = await source.list()
        #expect(outcome.ids == SimulatedList.ids(0..<count))
        #expect(outcome.relists == 0)
        #expect(source.transport.requests.count == requests)
        #expect(source.transport.maximumInFlight == 1)
    }

    @Test("Skipped records count once, even if two pages share them", arguments: [9, 18, 10, 0, 20])
    func skipped(_ place: Int) async throws {
        let list = SimulatedList(
            21,
            serve: { state, offset, limit in
                var records = state.records
                records[place] = #"{"name":5}"#
                return records.dropFirst(offset).prefix(limit)
            })
        let outcome = await Source(list.transport(), pageSize: 10).list()
        let listing = try outcome.result.get()
        #expect(
            [listing.rows, listing.skippedRecords, listing.malformedFields, outcome.relists] == [20, 1, 1, 0])
    }

    @Test("Malformed fields of rows and pages are summed, shared rows count once")
    func malformed() async throws {
        let list = SimulatedList(
            21, total: #""21""#,
            serve: { state, offset, limit in
                var records = state.records
                for place in [0, 9, 18, 20] { records[place] = "{\"id\":\"\(SimulatedList.id(place))\",\"name\":1}" }
                return records.dropFirst(offset).prefix(limit)
            })
        let listing = try await Source(list.transport(), pageSize: 10).list().result.get()
        #expect([listing.rows, listing.skippedRecords, listing.malformedFields] == [21, 0, 4 + 4])
    }

    @Test(
        "A body that isn't a page fails the listing without a retry",
        arguments: [
            ("<html>", 0), ("", 0), ("[]", 0), ("[]", 9), (#"{"total":19,"endpoints":5}"#, 9),
        ]
    )
    func invalidBody(_ body: String, _ offset: Int) async {
        let transport = FakeTransport { request, _ in
            if request.url.hasSuffix("offset=\(offset)") {
                return .response(200, body, headers: [HTTPHeader("X-Request-Id", "r")])
            }
            return .response(200, #"{"total":18,"endpoints":[{},{},{},{},{},{},{},{},{},{}]}"#)
        }
        let outcome = await Source(transport, pageSize: 10).list()
        #expect(outcome.failure?.reason == .response)
        #expect(outcome.failure?.status == 200)
        #expect(outcome.failure?.requestID == "r")
        #expect(outcome.failure?.message.hasPrefix("response body is not a list of endpoints: ") == true)
        #expect(outcome.relists == 0)
        #expect(transport.requests.count == (offset == 0 ? 1 : 2))
    }

    @Test("A failed page ends the listing and cancels the other requests")
    func failedPage() async {
        let transport = FakeTransport { request, _ in
            request.url.hasSuffix("offset=1")
                ? .response(404, #"{"error_code":"APIG.0101","error_msg":"no"}"#)
                : .response(200, #"{"total":2000,"endpoints":[{"id":"a"}]}"#)
        }
        let outcome = await Source(transport).list()
        #expect(outcome.failure == APIFailure(.notFound, "no", status: 404, code: "APIG.0101"))
        #expect(outcome.relists == 0)
        #expect(transport.inFlight == 0)
    }

    @Test("A canceled listing returns at once and releases its slots")
    func canceled() async {
        let source = Source(SimulatedList(2_000).transport(holding: true), slots: 6)
        let listing = Task { await source.list() }
        await source.transport.waitForRequests(1)
        source.transport.release(1)
        await source.transport.waitForRequests(4)
        listing.cancel()
        #expect(await listing.value.failure != nil)
        #expect(source.transport.inFlight == 0)
        source.transport.release()
        #expect(await source.send() == .success(#"{"total":2000,"endpoints":[]}"#))
    }
}
