// SPDX-License-Identifier: Apache-2.0
import TestSupport
import Testing

@testable import HTTPServer

@Suite("Bytes of responses in flight", .timeLimit(.minutes(5)))
struct BytesInFlightTests {
    @Test("Responses with the same content count once")
    func shared() {
        var bytes = BytesInFlight(limit: 100)
        let ids = (0..<400).map { _ in bytes.begin([1: 60]).id }
        #expect(bytes.total == 60)
        for id in ids.dropFirst() { bytes.end(id) }
        #expect(bytes.total == 60)
        bytes.end(ids[0])
        #expect(bytes.total == 0)
    }

    @Test("The oldest responses are dropped until a new one fits")
    func oldestFirst() {
        var bytes = BytesInFlight(limit: 100)
        let ids = (1...3).map { bytes.begin([$0: 30]).id }
        #expect(bytes.begin([4: 30]).dropped == [ids[0]])
        #expect(bytes.total == 90)
        #expect(bytes.begin([5: 33]).dropped == [ids[1]])
        bytes.end(ids[0])
        #expect(bytes.total == 93)
    }

    @Test("A response above the limit is sent along with two others of its size")
    func large() {
        var bytes = BytesInFlight(limit: 100)
        let first = bytes.begin([1: 500])
        #expect(first.dropped == [])
        #expect(bytes.begin([2: 500]).dropped == [])
        #expect(bytes.begin([3: 500]).dropped == [])
        #expect(bytes.begin([4: 500]).dropped == [first.id])
        #expect(bytes.total == 1500)
    }

    private static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test("Connections of slow readers are reset when newer responses need the memory, which is logged once")
    func slowReaders() async throws {
        let recorder = LogRecorder()
        let size = 8 * 1024 * 1024
        try await withListener(
            logger: recorder.logger,
            handler: { _ in ListenerResponse(status: 200, body: .bytes([UInt8](repeating: 120, count: size))) },
            settings: {
                $0.maxBytesInFlight = 3 * size
                // Long enough that only the memory limit ends a response, even on a busy machine.
                $0.stallTimeout = .seconds(600)
            }
        ) { address, _ in
            var slow: [RawClient] = []
            for _ in 0..<6 {
                let client = try RawClient(connectingTo: address, receiveBuffer: 4096)
                try await client.send(Self.get)
                _ = try await client.receive()
                slow.append(client)
            }
            for client in slow.prefix(3) { #expect(try await client.receiveToEnd().ending == .reset) }
            for client in slow.suffix(3) {
                let text = try await client.receive(upTo: "x")
                #expect(!text.isEmpty)
            }
            #expect(recorder.text == ["warning: slow responses dropped"])
        }
    }

    @Test("All readers of the same bytes are served")
    func sameBytes() async throws {
        let bytes = [UInt8](repeating: 120, count: 16 * 1024 * 1024)
        try await withListener(
            handler: { _ in ListenerResponse(status: 200, body: .bytes(bytes)) },
            settings: {
                $0.maxBytesInFlight = 1024
                $0.stallTimeout = .seconds(600)
            }
        ) { address, _ in
            var clients: [RawClient] = []
            for _ in 0..<5 {
                let client = try RawClient(connectingTo: address)
                try await client.send(Self.get)
                _ = try await client.receive()
                clients.append(client)
            }
            for client in clients {
                client.disconnectSending()
                let rest = try await client.receiveToEnd()
                #expect(rest.ending == .closed)
                #expect(rest.bytes.count > bytes.count - 128 * 1024)
            }
        }
    }
}
