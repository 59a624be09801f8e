// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import TestSupport
import Testing

@testable import Fabric

@Suite(.timeLimit(.minutes(1)))
struct SourceClientOptionalListingTests {
    @Test func `A 401 of an optional listing concerns neither the credential nor other listings`() async {
        let source = Source(
            FakeTransport { request, _ in request.url.contains("services") ? .response(401) : .response(200, "ok") })
        for _ in 0..<3 {
            let turn = source.client.turn(of: "ws-1", optionalListing: "x")
            let result = await source.send("https://h/services", turn: turn)
            #expect(result.reason == .unauthenticated)
            #expect(source.client.nextProbe == nil)
            #expect(source.client.confirmation == nil)
            #expect(await source.send() == .success("ok"))
        }
        // One request each: no probes and no replaced credential.
        #expect(source.transport.urls.count == 6)
    }

    @Test func `A pause that the service asks of an optional listing does not pause endpoints`() async {
        let source = Source(
            FakeTransport { request, _ in
                request.url.contains("services")
                    ? .response(503, headers: [HTTPHeader("Retry-After", "60")]) : .response(200, "ok")
            }, retries: 0)
        let result = await source.send(
            "https://h/services", turn: source.client.turn(of: "ws-1", optionalListing: "x"))
        #expect(result.reason == .server)
        #expect(await source.send() == .success("ok"))
    }

    @Test func `Throttling of an optional listing pauses the source`() async {
        let source = Source(
            FakeTransport { request, _ in
                request.url.contains("services") ? .response(429) : .response(200, "ok")
            }, retries: 0)
        _ = await source.send("https://h/services", turn: source.client.turn(of: "ws-1", optionalListing: "x"))
        #expect(source.client.isThrottled)
    }
}

extension Result where Failure == APIFailure {
    fileprivate var reason: FailureReason? { if case .failure(let failure) = self { failure.reason } else { nil } }
}
