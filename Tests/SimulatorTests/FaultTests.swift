// SPDX-License-Identifier: Apache-2.0
import Simulator
import Synchronization
import TestSupport
import Testing

@Suite("Faults", .timeLimit(.minutes(5)))
struct FaultTests {
    private static let path = "/v1/workspaces/w1/endpoints"
    private static let proper = #"{"total":3,"endpoints":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#

    private static func cloud(_ ids: [String] = ["a", "b", "c"]) -> SimulatedCloud {
        let endpoints = ids.map { SimulatedEndpoint(id: .string($0)) }
        return SimulatedCloud(workspaces: [
            SimulatedWorkspace(id: "w1", name: "one", endpoints: endpoints), SimulatedWorkspace(id: "w2", name: "two"),
        ])
    }

    /// Returns the raw response to a list request with `fault`.
    private func answer(_ fault: Fault, _ target: String = path) async throws -> String {
        let cloud = Self.cloud()
        cloud.inject(fault)
        var text = ""
        try await withSimulator(cloud) { text = try await $0.client(get: target).receiveText() }
        return text
    }

    @Test("Without a fault the whole page is returned")
    func none() async throws {
        #expect(try await answer(.delay(.zero)).hasSuffix("\r\n\r\n" + Self.proper))
    }

    @Test("A status is returned with its body and headers")
    func status() async throws {
        let text = try await answer(.status(503, body: Array("busy".utf8), headers: [("Retry-After", "7")]))
        #expect(text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\n"))
        #expect(text.hasSuffix("\r\n\r\nbusy"))
    }

    @Test("Throttling is 429 with the gateway's error code, with and without Retry-After", arguments: [5, nil])
    func throttled(retryAfter: Int?) async throws {
        let text = try await answer(.throttled(retryAfter: retryAfter))
        #expect(text.hasPrefix("HTTP/1.1 429 Too Many Requests\r\n"))
        #expect(text.contains("\r\nRetry-After: 5\r\n") == (retryAfter != nil))
        #expect(text.contains(#"policy user over ratelimit,limit:10,time:1 minute","error_code":"APIG.0308""#))
    }

    @Test("HTML is returned with status 200")
    func html() async throws {
        let text = try await answer(.html200)
        #expect(text.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: text/html"))
        #expect(text.hasSuffix("</html>"))
    }

    @Test("A redirect has a Location header")
    func redirect() async throws {
        let text = try await answer(.redirect(to: "http://elsewhere/"))
        #expect(text.hasPrefix("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n"))
    }

    @Test("Raw bytes are returned unchanged")
    func rawBody() async throws {
        #expect(try await answer(.rawBody(Array("{\"total\":".utf8))).hasSuffix("\r\n\r\n{\"total\":"))
        let text = try await answer(.gzip([0x1F, 0x8B]))
        #expect(text.contains("\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n"))
    }

    @Test("A hanging request ends when its client disconnects")
    func hang() async throws {
        let cloud = Self.cloud()
        cloud.inject(.hang, times: 1)
        try await withSimulator(cloud) { server in
            let hung = try await server.client(get: Self.path)
            await cloud.waitForRequests(1, .listEndpoints)
            #expect(try await server.client(get: Self.path).receiveText().hasSuffix(Self.proper))
            hung.disconnect()
            #expect(try await hung.receiveText() == "")
        }
    }

    @Test("A reset fault resets the connection")
    func reset() async throws {
        let cloud = Self.cloud()
        cloud.inject(.reset)
        try await withSimulator(cloud) { server in
            let (bytes, ending) = try await server.client(get: Self.path).receiveToEnd()
            #expect(bytes == [])
            #expect(ending == .reset)
        }
    }

    @Test("A truncated body has the Content-Length of the whole body")
    func cutShort() async throws {
        let text = try await answer(.cutShort(afterBytes: 9))
        #expect(text.contains("\r\nContent-Length: \(Self.proper.utf8.count)\r\n"))
        #expect(text.hasSuffix("\r\n\r\n{\"total\":"))
    }

    @Test("Trickled and delayed responses are slow and complete")
    func slow() async throws {
        let start = ContinuousClock.now
        let text = try await answer(.trickle(bytesPer: 20, interval: .milliseconds(10)))
        #expect(text.hasSuffix("\r\n\r\n" + Self.proper))
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        let second = ContinuousClock.now
        #expect(try await answer(.delay(.milliseconds(30))).hasSuffix(Self.proper))
        #expect(ContinuousClock.now - second >= .milliseconds(30))
    }

    @Test("Error responses can be trickled")
    func trickledError() async throws {
        let cloud = Self.cloud()
        cloud.inject(.throttled(retryAfter: nil))
        cloud.inject(.trickle(bytesPer: 50, interval: .milliseconds(1)))
        try await withSimulator(cloud) { server in
            let text = try await server.client(get: Self.path).receiveText()
            #expect(text.hasPrefix("HTTP/1.1 429 "))
        }
    }

    @Test("A wrong total leaves the rows unchanged")
    func totalLies() async throws {
        #expect(
            try await answer(.totalLies(7)).hasSuffix(#"{"total":7,"endpoints":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#))
    }

    @Test("An endless list always has another full page of new ids")
    func endless() async {
        let cloud = Self.cloud()
        cloud.inject(.endlessList)
        var seen: Set<String> = []
        for page in 0..<5 {
            let body = await ask(cloud, Self.path + "?offset=\(page * 100)&limit=100").body
            #expect(body.hasPrefix(#"{"total":\#(page * 100 + 200),"#))
            seen.formUnion(ids(body))
        }
        #expect(seen.count == 500)
    }

    @Test("Without a limit all rows from the offset on are returned")
    func ignoreLimit() async {
        let cloud = Self.cloud()
        cloud.inject(.ignoreLimit)
        #expect(ids(await ask(cloud, Self.path + "?limit=1").body) == ["a", "b", "c"])
        #expect(ids(await ask(cloud, Self.path + "?limit=1&offset=1").body) == ["b", "c"])
    }

    @Test("A shift between pages skips a row and keeps the total")
    func shift() async {
        let cloud = Self.cloud(["a", "b", "c", "d"])
        cloud.inject(.shiftBetweenPages, times: 1)
        #expect(ids(await ask(cloud, Self.path + "?limit=2").body) == ["a", "b"])
        let second = await ask(cloud, Self.path + "?limit=2&offset=2").body
        #expect(second.hasPrefix(#"{"total":4,"#))
        #expect(ids(second) == ["d", "arrival-between-pages-1000000001"])
        #expect(ids(await ask(cloud, Self.path).body) == ["b", "c", "d", "arrival-between-pages-1000000001"])
        #expect(
            ids(await ask(cloud, Self.path + "?limit=2&offset=2").body) == ["d", "arrival-between-pages-1000000001"])
    }

    @Test("A fault occurs the given number of times, only in its scope")
    func scopes() async {
        let cloud = Self.cloud()
        func statuses(_ target: String) async -> [Int] {
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(await ask(cloud, target).status) }
            return statuses
        }
        cloud.inject(.status(500, body: []), times: 2, for: .workspace("w1"))
        #expect(await statuses("/v1/workspaces/w2/endpoints") == [200, 200, 200])
        #expect(await statuses(Self.path) == [500, 500, 200])
        cloud.inject(.status(502, body: []), times: 1, for: .operation(.listWorkspaces))
        #expect(await statuses(Self.path) == [200, 200, 200])
        #expect(await statuses("/v1/workspaces?enterprise_project_id=0") == [502, 200, 200])
        // Only the first of two replacing faults applies to a request.
        cloud.inject(.status(500, body: []), times: 1)
        cloud.inject(.status(503, body: []), times: 1)
        #expect(await statuses(Self.path) == [500, 503, 200])
        cloud.inject(.status(500, body: []))
        #expect(await statuses(Self.path) == [500, 500, 500])
        cloud.clearFaults()
        #expect(await statuses(Self.path) == [200, 200, 200])
    }

    @Test("Requests for a rejected workspace get 401 APIG.0301, others succeed")
    func rejected() async {
        let cloud = Self.cloud()
        cloud.inject(.rejected, for: .workspace("w1"))
        for _ in 0..<3 {
            let response = await ask(cloud, Self.path)
            #expect(response.status == 401)
            #expect(response.body.contains(#""error_code":"APIG.0301""#))
            #expect(await ask(cloud, "/v1/workspaces/w2/endpoints").status == 200)
        }
        cloud.clearFaults(ofWorkspace: "w1")
        #expect(await ask(cloud, Self.path).status == 200)
    }

    @Test("Retry-After is a number of seconds or an HTTP date by the cloud's clock")
    func retryAfter() async {
        let cloud = Self.cloud()
        cloud.setClock { 784_111_777 * 1_000_000 }
        func header(_ fault: Fault) async -> (status: Int, value: String?, body: String) {
            cloud.inject(fault, times: 1)
            let response = await ask(cloud, Self.path)
            return (response.status, response.headers.first { $0.0 == "Retry-After" }?.1, response.body)
        }
        let seconds = await header(.unavailable(retryAfter: .seconds(7)))
        #expect(seconds.status == 503 && seconds.value == "7")
        let date = await header(.unavailable(retryAfter: .date(secondsFromNow: 3)))
        #expect(date.status == 503 && date.value == "Sun, 06 Nov 1994 08:49:40 GMT")
        let throttled = await header(.gatewayThrottled(retryAfter: .date(secondsFromNow: 0)))
        #expect(throttled.status == 429 && throttled.value == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(throttled.body.contains(#""error_code":"APIGW.0308""#))
        #expect(await header(.gatewayThrottled(retryAfter: nil)).value == nil)
    }

    @Test("Pages are shorter than the limit, with the correct total, the page's count or no total")
    func cutPages() async {
        let cloud = Self.cloud()
        cloud.inject(.capPages(2))
        #expect(await ask(cloud, Self.path).body == #"{"total":3,"endpoints":[{"id":"a"},{"id":"b"}]}"#)
        #expect(await ask(cloud, Self.path + "?limit=1").body == #"{"total":3,"endpoints":[{"id":"a"}]}"#)
        #expect(await ask(cloud, Self.path + "?offset=2").body == #"{"total":3,"endpoints":[{"id":"c"}]}"#)
        cloud.inject(.totalOfPage)
        #expect(await ask(cloud, Self.path).body == #"{"total":2,"endpoints":[{"id":"a"},{"id":"b"}]}"#)
        cloud.inject(.omitTotal)
        #expect(await ask(cloud, Self.path + "?offset=2").body == #"{"endpoints":[{"id":"c"}]}"#)
    }

    @Test("An empty workspace list is 200 without rows until the fault is removed")
    func emptyList() async {
        let cloud = Self.cloud()
        let list = "/v1/workspaces?enterprise_project_id=all_granted_eps"
        cloud.inject(.emptyList, for: .operation(.listWorkspaces))
        let empty = await ask(cloud, list)
        #expect(empty.status == 200)
        #expect(empty.body == #"{"total":0,"workspaces":[]}"#)
        #expect(await ask(cloud, Self.path).body == Self.proper)
        cloud.inject(.status(500, body: []), for: .workspace("w1"))
        cloud.clearFaults(ofOperation: .listWorkspaces)
        #expect(await ask(cloud, list).body.hasPrefix(#"{"total":2,"#))
        #expect(await ask(cloud, Self.path).status == 500)
    }

    @Test("A flood has the length of its Content-Length")
    func flood() async throws {
        let text = try await answer(.flood(prefix: Array("[1".utf8), filler: 0x20, contentLength: 200_000))
        #expect(text.contains("\r\nContent-Length: 200000\r\n"))
        #expect(text.hasSuffix("\r\n\r\n[1" + String(repeating: " ", count: 199_998)))
    }

    @Test("A flood of 4 GiB, or an endless one, lasts as long as the client reads", arguments: [4 << 30, nil])
    func endlessFlood(length: Int?) async throws {
        let cloud = Self.cloud()
        cloud.inject(.flood(prefix: Array("[1".utf8), filler: 0x20, contentLength: length))
        try await withSimulator(cloud) { server in
            let client = try await server.client(get: Self.path)
            var received = 0
            var head = ""
            while received < 5_000_000 {
                let (bytes, ending) = try await client.receive()
                #expect(ending == nil)
                if head.isEmpty { head = String(decoding: bytes, as: UTF8.self) }
                received += bytes.count
            }
            #expect(head.contains(length == nil ? "Transfer-Encoding: chunked" : "Content-Length: 4294967296"))
            client.disconnect()
        }
    }

    @Test("A gzip bomb is small and inflates to the given size")
    func gzipBomb() async throws {
        let cloud = Self.cloud()
        cloud.inject(.gzipBomb(inflatedBytes: 10_000_000))
        try await withSimulator(cloud) { server in
            let response = try await server.client(get: Self.path).receiveToEnd().bytes
            let end = try #require(
                (0..<response.count - 3).first { response[$0..<$0 + 4].elementsEqual([13, 10, 13, 10]) })
            let body = Array(response[(end + 4)...])
            #expect(String(decoding: response[..<end], as: UTF8.self).contains("Content-Encoding: gzip"))
            #expect(body.count < 11_000)
            // The stream has no valid end, so it is inflated as far as possible.
            let inflated = gunzipStart(body)
            #expect(inflated.count >= 10_000_000)
            #expect(inflated.allSatisfy { $0 == 0 })
        }
    }

    @Test("An observer is called with all workspaces, and with each change before requests can see it")
    func observer() async {
        let cloud = Self.cloud()
        let seen = Mutex<[String]>([])
        cloud.observe { workspace in
            let ids = workspace.endpoints.compactMap(\.id?.string).joined()
            seen.withLock { $0.append(workspace.id + ":" + ids) }
        }
        #expect(seen.withLock { $0 } == ["w1:abc", "w2:"])
        cloud.removeEndpoint("b", from: "w1")
        cloud.updateWorkspace("w2") { $0.endpoints.append(SimulatedEndpoint(id: "x")) }
        cloud.setWorkspace(SimulatedWorkspace(id: "w3", name: "three"))
        #expect(seen.withLock { $0.dropFirst(2) } == ["w1:ac", "w2:x", "w3:"])
        cloud.inject(.shiftBetweenPages)
        _ = await ask(cloud, Self.path + "?offset=1")
        #expect(seen.withLock { $0.last } == "w1:carrival-between-pages-1000000001")
    }
}
