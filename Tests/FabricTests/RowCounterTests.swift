// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite struct RowCounterTests {
    /// A row with the fields that tests need.
    struct ToolRow: CountedRow {
        static let plural = "tools"
        let status: String?
        let createTime: Timestamp?

        init(_ record: inout RecordReader) {
            status = record.text("status").limited(to: 64)
            createTime = record.time("create_time")
        }
    }

    private struct Outcome {
        var result: Result<CountedRows<ToolRow>, APIFailure>
        var relists: Int
        var urls: [String]

        var failure: APIFailure? { if case .failure(let failure) = result { failure } else { nil } }
    }

    private static let request = ListRequest(
        APIOperation("list_tools"), baseURL: "https://fabric.example/", path: ["v1", "tools"],
        parameters: ["status": "IN USE", "order_by": "ASC", "name": nil])

    private static func count(_ bodies: String...) async -> Outcome {
        let source = Source(FakeTransport(bodies.map { .response(200, $0) }))
        let turn = source.client.turn(of: "ws-1")
        let result: Result<CountedRows<ToolRow>, APIFailure>
        do throws(APIFailure) {
            result = .success(try await RowCounter(client: source.client).count(request, of: ToolRow.self, turn))
        } catch {
            result = .failure(error)
        }
        return Outcome(result: result, relists: turn.relists, urls: source.transport.urls)
    }

    @Test func `One row is requested, and the total is the count`() async throws {
        let outcome = await Self.count(
            #"{"tools":[{"status":"NEW","create_time":"2026-05-30T12:00:00Z"}],"total":70000}"#)
        #expect(outcome.urls == ["https://fabric.example/v1/tools?limit=1&order_by=ASC&status=IN%20USE"])
        let counted = try outcome.result.get()
        #expect(counted.total == 70_000 && counted.malformedFields == 0)
        #expect(counted.first?.status == "NEW" && counted.first?.createTime != nil)
    }

    @Test(arguments: [#"{"tools":[],"total":0}"#, #"{"tools":null,"total":0}"#, #"{"total":0}"#])
    func `An empty list has no first row`(_ body: String) async throws {
        let counted = try await Self.count(body).result.get()
        #expect(counted.total == 0 && counted.first == nil)
    }

    @Test func `Fields of a wrong type and invalid times are absent and counted`() async throws {
        let counted = try await Self.count(#"{"tools":[{"status":5,"create_time":"1970-01-01T00:00:00Z"}],"total":1}"#)
            .result.get()
        #expect(counted.malformedFields == 2 && counted.first?.status == nil && counted.first?.createTime == nil)
    }

    @Test func `A record that is not an object has no fields`() async throws {
        let counted = try await Self.count(#"{"tools":[7],"total":1}"#).result.get()
        #expect(counted.total == 1 && counted.first?.status == nil)
    }

    @Test(arguments: [
        (#"{"tools":[{}]}"#, "response has no total of tools"),
        (#"{"tools":[{}],"total":null}"#, "response has no total of tools"),
        (#"{"tools":[{}],"total":"7"}"#, "response has no total of tools"),
        (#"{"tools":[{}],"total":1.5}"#, "response has no total of tools"),
        (#"{"tools":[{}],"total":-1}"#, "invalid total -1"),
        (#"{"tools":[{}],"total":1000000001}"#, "1000000001 tools exceed the maximum (1000000000)"),
        (
            #"{"tools":[{}],"total":99999999999999999999999}"#,
            "9223372036854775807 tools exceed the maximum (1000000000)"
        ),
        (#"{"tools":[{},{}],"total":2}"#, "page has 2 rows, limit is 1"),
        (#"{"tools":{},"total":2}"#, #"response body is not a list of tools: "tools" is not an array"#),
        ("{}", #"response body is not a list of tools: "total" and "tools" are both missing"#),
    ])
    func `A response that is no count fails`(_ body: String, _ message: String) async {
        let outcome = await Self.count(body)
        #expect(outcome.failure?.reason == .response && outcome.failure?.message == message)
        #expect(outcome.urls.count == 1)
    }

    @Test(arguments: [
        (#"{"tools":[],"total":3}"#, "first page is empty, total is 3"),
        (#"{"tools":[{}],"total":0}"#, "received 1 tools, total is 0"),
    ])
    func `A total that contradicts the row is read again, then fails`(_ body: String, _ message: String) async throws {
        let outcome = await Self.count(body)
        #expect(outcome.failure?.reason == .inconsistent && outcome.failure?.message == message)
        #expect(outcome.urls.count == 4 && outcome.relists == 3)
        let recovered = await Self.count(body, #"{"tools":[{}],"total":3}"#)
        #expect(try recovered.result.get().total == 3 && recovered.relists == 1)
    }
}
