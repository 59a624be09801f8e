// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric

/// Keys that lock an account if rejected. A key is its generation number.
private final class LockableKeys: CredentialProvider {
    private let current = Mutex<UInt64>(1)
    /// Whether a rejected key is always replaced, as if an identity service issues keys.
    private let renews: Bool

    init(renews: Bool = false) { self.renews = renews }

    var isLockable: Bool { true }

    /// Replaces the key, as a change of the configuration does.
    func change() { current.withLock { $0 += 1 } }

    func credential() async throws(CredentialFailure) -> Credential { Self.key(current.withLock { $0 }) }

    func replacement(for rejected: Credential) async throws(CredentialFailure) -> Credential? {
        current.withLock { current in
            if current == rejected.generation {
                guard renews else { return nil }
                current += 1
            }
            return Self.key(current)
        }
    }

    private static func key(_ generation: UInt64) -> Credential {
        Credential(generation: generation) { request in
            request.headers.append(HTTPHeader("X-Key", "\(generation)"))
        }
    }
}

extension FakeTransport {
    /// Creates a service that accepts only the key `good`.
    fileprivate convenience init(accepting good: UInt64?) {
        self.init { request, _ in
            request.headers.contains { $0.name == "X-Key" && $0.value == good.map { "\($0)" } }
                ? .response(200, "{}") : .response(401, #"{"error_code":"APIG.0301","error_msg":"wrong"}"#)
        }
    }

    /// Returns the number of requests with the key of this generation.
    fileprivate func count(ofKey generation: UInt64) -> Int {
        requests.count { $0.headers.contains { $0.name == "X-Key" && $0.value == "\(generation)" } }
    }
}

extension Source {
    /// Sends one request for each of 40 workspaces concurrently; returns the failures' reasons.
    fileprivate func sendForty() async -> [FailureReason?] {
        await withTaskGroup(of: FailureReason?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let outcome = await send("https://h/\(number)")
                    if case .failure(let failure) = outcome { return failure.reason }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

@Suite("Wrong credentials with forty workspaces", .timeLimit(.minutes(5)))
struct SourceClientWrongCredentialTests {
    private static let allRejected = [FailureReason?](repeating: .unauthenticated, count: 40)
    private static let allSuccessful = [FailureReason?](repeating: nil, count: 40)

    @Test("One request is sent, then one probe after 1, 2, 4, 8 and 15 minutes, and every 15 from then on")
    func schedule() async {
        let source = Source(FakeTransport(accepting: nil), credentials: LockableKeys())
        #expect(await source.sendForty() == Self.allRejected)
        #expect(source.transport.requests.count == 1)
        for (probes, minutes) in [1, 2, 4, 8, 15, 15, 15].enumerated() {
            // Polls in between send nothing.
            for _ in 0..<6 {
                source.clock.advance(by: .seconds(10) * minutes - .milliseconds(1))
                #expect(await source.sendForty() == Self.allRejected)
            }
            #expect(source.transport.requests.count == 1 + probes)
            source.clock.advance(by: .milliseconds(6))
            #expect(await source.sendForty() == Self.allRejected)
            #expect(source.transport.requests.count == 2 + probes)
        }
    }

    @Test(
        "A rejected key is replaced and retried once, then nothing is sent for a minute")
    func renewed() async {
        let source = Source(FakeTransport(accepting: nil), credentials: LockableKeys(renews: true))
        #expect(await source.sendForty() == Self.allRejected)
        #expect(source.transport.requests.count == 2)
        source.clock.advance(by: .seconds(60) - .milliseconds(1))
        #expect(await source.sendForty() == Self.allRejected)
        #expect(source.transport.requests.count == 2)
        #expect(source.client.nextProbe == source.clock.now + .milliseconds(1))
    }

    @Test("An accepted replacement serves all waiting requests, and the rejected key isn't sent again")
    func replaced() async {
        let source = Source(FakeTransport(accepting: 2), credentials: LockableKeys(renews: true))
        #expect(await source.sendForty() == Self.allSuccessful)
        #expect(source.transport.count(ofKey: 1) == 1)
        #expect(source.transport.count(ofKey: 2) == 40)
        #expect(source.client.nextProbe == nil)
    }

    @Test(
        "A key that expires during forty requests is renewed once, and tried by one request first")
    func expired() async {
        let transport = FakeTransport(holding: true) { request, number in
            let isNew = request.headers.contains { $0.name == "X-Key" && $0.value == "2" }
            return number == 0 || isNew ? .response(200, "{}") : .response(401)
        }
        let source = Source(transport, credentials: LockableKeys(renews: true), slots: 64)
        transport.release()
        _ = await source.send()
        transport.hold()
        let forty = Task { await source.sendForty() }
        await transport.waitForRequests(41)
        transport.release(40)
        await transport.waitForRequests(42)
        #expect(transport.count(ofKey: 2) == 1)
        transport.release()
        #expect(await forty.value == Self.allSuccessful)
        #expect(transport.count(ofKey: 1) == 41)
        #expect(transport.count(ofKey: 2) == 40)
    }

    @Test("A changed key is probed at once, by one request, and ends the lockout")
    func changedKey() async {
        let keys = LockableKeys()
        let source = Source(FakeTransport(accepting: 2), credentials: keys)
        #expect(await source.sendForty() == Self.allRejected)
        #expect(await !source.client.hasUntriedCredential())
        keys.change()
        #expect(await source.client.hasUntriedCredential())
        source.clock.advance(by: .seconds(1))
        _ = await source.sendForty()
        #expect(source.transport.count(ofKey: 1) == 1)
        #expect(source.client.nextProbe == nil)
        #expect(await source.sendForty() == Self.allSuccessful)
    }

    @Test("A reload probes at once, by one request")
    func reload() async {
        let keys = LockableKeys()
        let source = Source(FakeTransport(accepting: nil), credentials: keys)
        #expect(await source.sendForty() == Self.allRejected)
        source.client.reconfigure(
            transport: source.transport, credentials: keys, settings: source.client.settings)
        #expect(await source.sendForty() == Self.allRejected)
        #expect(source.transport.requests.count == 2)
        #expect(await source.sendForty() == Self.allRejected)
        #expect(source.transport.requests.count == 2)
    }

    @Test("A request that waits for a key's first use beyond the interval is still sent")
    func lateProof() async {
        let transport = FakeTransport(holding: true) { _, _ in .response(200, "{}") }
        let source = Source(transport, credentials: LockableKeys(), retries: 0)
        let first = Task { await source.send() }
        await transport.waitForRequests(1)
        let second = Task { await source.send() }
        source.clock.advance(by: .seconds(61))
        transport.release()
        #expect(await first.value == .success("{}"))
        #expect(await second.value == .success("{}"))
    }

    @Test("An unproven key is tried by one request at a time if the requests fail without a response")
    func withoutResponse() async {
        let transport = FakeTransport([.failure(TransportFailure(.connect, "connection refused"))])
        let source = Source(transport, credentials: LockableKeys(), retries: 0)
        let reasons = await source.sendForty()
        #expect(reasons == [FailureReason?](repeating: .network, count: 40))
        #expect(transport.maximumInFlight == 1)
    }
}
