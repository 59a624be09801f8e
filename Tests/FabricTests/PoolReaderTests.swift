// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite(.timeLimit(.minutes(1)))
struct PoolReaderTests {
    private static let id = RecordID("p-1")

    /// Returns a measurement `seconds` before now.
    private static func point(_ source: Source, _ secondsAgo: Int64, _ values: String) -> String {
        let now = source.clock.wallMicroseconds / 1_000_000
        return #"{"collection_time":\#(now - secondsAgo),"values":[\#(values)]}"#
    }

    private static func value(_ name: String, _ percent: String) -> String {
        #"{"compute_name":"\#(name)","compute_value":\#(percent)}"#
    }

    private static func reader(_ source: Source) -> PoolReader {
        PoolReader(client: source.client, baseURL: "https://fabric.example/", workspaceID: "w1")
    }

    /// Reads the use of a pool called `lake` from a response with these measurements.
    private static func utilization(
        _ points: (Source) -> [String]
    ) async throws(APIFailure) -> PoolAnswer<PoolUtilization?> {
        let clock = Source(FakeTransport([]))
        return try await utilization(body: #"{"data":[\#(points(clock).joined(separator: ","))]}"#)
    }

    private static func utilization(body: String) async throws(APIFailure) -> PoolAnswer<PoolUtilization?> {
        let source = Source(FakeTransport { _, _ in .response(200, body) })
        return try await reader(source).utilization(of: id, name: "lake", .cpu, source.client.turn(of: "w1"))
    }

    private static func allocatable(_ body: String) async throws(APIFailure) -> PoolAnswer<[PoolAllocatable]> {
        let source = Source(FakeTransport { _, _ in .response(200, body) })
        return try await reader(source).allocatable(of: id, source.client.turn(of: "w1"))
    }

    @Test func `The request names one pool, one metric and the last 15 minutes`() async throws {
        let source = Source(FakeTransport { _, _ in .response(200, #"{"data":[]}"#) })
        let end = source.clock.wallMicroseconds / 1_000_000
        for resource in PoolResource.allCases {
            _ = try await Self.reader(source).utilization(
                of: Self.id, name: "lake", resource, source.client.turn(of: "w1"))
        }
        #expect(
            source.transport.urls
                == ["CPU", "MEM", "GPU", "NPU"].map {
                    "https://fabric.example/v2/workspaces/w1/computes/metrics?compute_ids=p-1&end_time=\(end)"
                        + "&metric_name=\($0)&start_time=\(end - 900)&step=60"
                })
        #expect(source.client.counters.requests.keys.map(\.operation.name) == ["show_pool_metrics"])
    }

    @Test func `The newest measurement wins, whatever its position`() async throws {
        for order in [[60, 0, 120], [0, 60, 120], [120, 60, 0]] as [[Int64]] {
            let answer = try await Self.utilization { source in
                order.map { Self.point(source, $0, Self.value("lake", "\($0 == 0 ? 12.5 : 80)")) }
            }
            #expect(answer.value?.ratio == 0.125)
            #expect(answer.malformedFields == 0)
        }
    }

    @Test func `The time is that of the measurement`() async throws {
        let source = Source(FakeTransport([]))
        let answer = try await Self.utilization { [Self.point($0, 120, Self.value("lake", "100"))] }
        #expect(answer.value?.time.microseconds == (source.clock.wallMicroseconds / 1_000_000 - 120) * 1_000_000)
        #expect(answer.value?.ratio == 1)
    }

    @Test func `Measurements of another name are ignored, even newer ones`() async throws {
        let answer = try await Self.utilization { source in
            [
                Self.point(source, 60, Self.value("lake", "10")),
                Self.point(source, 0, Self.value("old-name", "90") + "," + Self.value("Lake", "91")),
            ]
        }
        #expect(answer.value?.ratio == 0.1)
        let other = try await Self.utilization { [Self.point($0, 0, Self.value("old-name", "90"))] }
        #expect(other.value == nil && other.malformedFields == 0)
    }

    @Test(arguments: [#"{"data":[]}"#, #"{"data":[{"collection_time":1900000000}]}"#])
    func `No data is no value`(_ body: String) async throws {
        #expect(try await Self.utilization(body: body).value == nil)
    }

    @Test func `A point without values, or with null, is not malformed`() async throws {
        let answer = try await Self.utilization { source in
            [Self.point(source, 0, ""), Self.point(source, 60, Self.value("lake", "null"))]
        }
        #expect(answer.value == nil && answer.malformedFields == 0)
    }

    @Test(arguments: ["-0.1", "100.1", #""50""#, "true", "[]", "{}", "1e300"])
    func `A value that is no percentage is malformed, and an older one counts`(_ percent: String) async throws {
        let answer = try await Self.utilization { source in
            [
                Self.point(source, 0, Self.value("lake", percent)), Self.point(source, 60, Self.value("lake", "50")),
            ]
        }
        #expect(answer.value?.ratio == 0.5)
        #expect(answer.malformedFields == 1)
    }

    @Test(arguments: ["null", #""1""#, "0", "-1", "4102444800000", "9223372036854775807", "1.5"])
    func `A measurement without a plausible time is malformed`(_ time: String) async throws {
        let answer = try await Self.utilization(
            body: #"{"data":[{"collection_time":\#(time),"values":[\#(Self.value("lake", "50"))]}]}"#)
        #expect(answer.value == nil && answer.malformedFields == 1)
    }

    @Test func `Two values of one time contradict each other, unless they are equal`() async throws {
        let contradictory = try await Self.utilization { source in
            [
                Self.point(source, 0, Self.value("lake", "50") + "," + Self.value("lake", "60")),
                Self.point(source, 60, Self.value("lake", "40")),
            ]
        }
        #expect(contradictory.value == nil && contradictory.malformedFields == 1)
        let equal = try await Self.utilization { source in
            [Self.point(source, 0, Self.value("lake", "50") + "," + Self.value("lake", "50"))]
        }
        #expect(equal.value?.ratio == 0.5 && equal.malformedFields == 0)
    }

    @Test(arguments: ["", "[]", "{}", #"{"data":null}"#, #"{"data":{}}"#, "no JSON"])
    func `A response of another shape is a failure`(_ body: String) async {
        await #expect(throws: APIFailure.self) { try await Self.utilization(body: body) }
        if body != "[]" { await #expect(throws: APIFailure.self) { try await Self.allocatable(body) } }
    }

    @Test func `Too many rows are a failure`() async {
        let rows = [String](repeating: "{}", count: PoolReader.maximumRows + 1).joined(separator: ",")
        await #expect(throws: APIFailure(.response, "1001 measurements exceed the maximum, 1000")) {
            try await Self.utilization(body: #"{"data":[\#(rows)]}"#)
        }
        await #expect(throws: APIFailure(.response, "1001 limits exceed the maximum, 1000")) {
            try await Self.allocatable("[\(rows)]")
        }
    }

    @Test(arguments: ["a,b", "", "a/b", "a b", "池", String(repeating: "a", count: 37)])
    func `An id that could name other pools is not sent`(_ id: String) async {
        let source = Source(FakeTransport { _, _ in .response(200, "[]") })
        await #expect(throws: APIFailure.self) {
            try await Self.reader(source).allocatable(of: RecordID(id), source.client.turn(of: "w1"))
        }
        await #expect(throws: APIFailure.self) {
            try await Self.reader(source).utilization(
                of: RecordID(id), name: "lake", .cpu, source.client.turn(of: "w1"))
        }
        #expect(source.transport.urls == [])
    }

    @Test func `What is left is cores for CPU and cards for GPU and NPU; memory is not read`() async throws {
        let source = Source(
            FakeTransport { _, _ in
                .response(
                    200,
                    """
                    [{"type":"CPU","spec_code":"c1","compute_allocatable":{"cpu":1500,"mem":4096,"accelerator":3},
                      "compute_size":{"cpu":64000}},
                     {"type":"NPU","spec_code":"n1","compute_allocatable":{"cpu":7000,"mem":1,"accelerator":4}},
                     {"type":"gpu","compute_allocatable":{"accelerator":0}},
                     {"type":"FPGA","compute_allocatable":{"cpu":1,"accelerator":1}}]
                    """)
            })
        let answer = try await Self.reader(source).allocatable(of: Self.id, source.client.turn(of: "w1"))
        #expect(
            answer.value == [
                PoolAllocatable(resource: .cpu, specCode: "c1", thousandths: 1_500),
                PoolAllocatable(resource: .npu, specCode: "n1", thousandths: 4_000),
                PoolAllocatable(resource: .gpu, specCode: nil, thousandths: 0),
            ])
        #expect(answer.malformedFields == 0)
        #expect(
            source.transport.urls
                == ["https://fabric.example/v2/workspaces/w1/endpoint-limit?compute_id=p-1&engine_type=SparkJob"])
    }

    @Test(arguments: [
        (#"{"type":"CPU"}"#, 0), (#"{"type":"CPU","compute_allocatable":null}"#, 0),
        (#"{"type":"CPU","compute_allocatable":{"cpu":null}}"#, 0), (#"{"compute_allocatable":{"cpu":1}}"#, 0),
        (#"{"type":7,"compute_allocatable":{"cpu":1}}"#, 1), (#"{"type":"CPU","compute_allocatable":{"cpu":-1}}"#, 1),
        (#"{"type":"CPU","compute_allocatable":{"cpu":"1"}}"#, 1),
        (#"{"type":"NPU","compute_allocatable":{"accelerator":1.5}}"#, 1), ("7", 0), ("null", 0),
    ])
    func `A row without a usable amount has no value`(_ row: String, _ malformed: Int) async throws {
        let answer = try await Self.allocatable("[\(row)]")
        #expect(answer.value == [] && answer.malformedFields == malformed)
    }

    @Test func `A number of cards whose thousandths exceed 64 bits is the largest one`() async throws {
        let answer = try await Self.allocatable(
            #"[{"type":"GPU","compute_allocatable":{"accelerator":9223372036854775807}}]"#)
        #expect(answer.value.map(\.thousandths) == [.max])
    }

    @Test func `No request is sent after the end of the interval`() async throws {
        let source = Source(FakeTransport { _, _ in .response(200, "[]") })
        let turn = source.client.turn(of: "w1")
        _ = try await Self.reader(source).allocatable(of: Self.id, turn)
        source.clock.advance(by: .seconds(60))
        await #expect(throws: APIFailure(.timeout, "the interval ended before the request could be sent")) {
            try await Self.reader(source).allocatable(of: Self.id, turn)
        }
        #expect(source.transport.urls.count == 1)
    }
}
