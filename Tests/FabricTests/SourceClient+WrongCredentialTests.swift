// SPDX-License-Identifier: Apache-2.0
import HTTPClient
import Synchronization
import TestSupport
import Testing

@testable import Fabric

/// Keys whose refusal locks an account. Each is a generation, sent as it is.
private final class LockableKeys: CredentialProvider {
    private let current = Mutex<UInt64>(1)
    /// Whether there is always another key for a refused one, as there is where an identity service issues them.
    private let renews: Bool

    init(renews: Bool = false) { self.renews = renews }

    var isLockable: Bool { true }

    /// Puts another key in place, as somebody does who mends a configuration.
    func change() { current.withLock { $0 += 1 } }

    func credential() async throws(CredentialFailure) -> Credential { Self.key(current.withLock { $0 }) }

    func replacement(for refused: Credential) async throws(CredentialFailure) -> Credential? {
        current.withLock { current in
            if current == refused.generation {
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
    /// A service that takes the key `good` alone.
    fileprivate convenience init(accepting good: UInt64?) {
        self.init { request, _ in
            request.headers.contains { $0.name == "X-Key" && $0.value == good.map { "\($0)" } }
                ? .response(200, "{}") : .response(401, #"{"error_code":"APIG.0301","error_msg":"wrong"}"#)
        }
    }

    /// How many requests carried the key of this generation.
    fileprivate func count(ofKey generation: UInt64) -> Int {
        requests.count { $0.headers.contains { $0.name == "X-Key" && $0.value == "\(generation)" } }
    }
}

extension Source {
    /// What comes of one exchange for each of 40 workspaces, all at once.
    fileprivate func forty() async -> [FailureReason?] {
        await withTaskGroup(of: FailureReason?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let outcome = await exchange("https://h/\(number)")
                    if case .failure(let failure) = outcome { return failure.reason }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

@Suite("Wrong credentials of forty workspaces", .timeLimit(.minutes(1)))
struct SourceClientWrongCredentialTests {
    private static let allRefused = [FailureReason?](repeating: .unauthenticated, count: 40)
    private static let allFine = [FailureReason?](repeating: nil, count: 40)

    @Test("One request tries them; then one tests after 1, 2, 4, 8 and 15 minutes, and every 15 from then on")
    func schedule() async {
        let source = Source(FakeTransport(accepting: nil), credentials: LockableKeys())
        #expect(await source.forty() == Self.allRefused)
        #expect(source.transport.requests.count == 1)
        for (probes, minutes) in [1, 2, 4, 8, 15, 15, 15].enumerated() {
            // Polls go on meanwhile, and none of them sends.
            for _ in 0..<6 {
                source.clock.advance(by: .seconds(10) * minutes - .milliseconds(1))
                #expect(await source.forty() == Self.allRefused)
            }
            #expect(source.transport.requests.count == 1 + probes)
            source.clock.advance(by: .milliseconds(6))
            #expect(await source.forty() == Self.allRefused)
            #expect(source.transport.requests.count == 2 + probes)
        }
    }

    @Test(
        "Where another can be had it is tried once, in the refused one's place, and then nothing is sent for a minute")
    func renewed() async {
        let source = Source(FakeTransport(accepting: nil), credentials: LockableKeys(renews: true))
        #expect(await source.forty() == Self.allRefused)
        #expect(source.transport.requests.count == 2)
        source.clock.advance(by: .seconds(60) - .milliseconds(1))
        #expect(await source.forty() == Self.allRefused)
        #expect(source.transport.requests.count == 2)
        #expect(source.client.nextProbe == source.clock.now + .milliseconds(1))
    }

    @Test("Another that is taken serves all who wait, and nobody sends the refused one again")
    func cured() async {
        let source = Source(FakeTransport(accepting: 2), credentials: LockableKeys(renews: true))
        #expect(await source.forty() == Self.allFine)
        #expect(source.transport.count(ofKey: 1) == 1)
        #expect(source.transport.count(ofKey: 2) == 40)
        #expect(source.client.nextProbe == nil)
    }

    @Test(
        "A proven one that expires while forty requests are under way is renewed once, and tried by one request first")
    func expired() async {
        let transport = FakeTransport(holding: true) { request, number in
            let isNew = request.headers.contains { $0.name == "X-Key" && $0.value == "2" }
            return number == 0 || isNew ? .response(200, "{}") : .response(401)
        }
        let source = Source(transport, credentials: LockableKeys(renews: true), slots: 64)
        transport.release()
        _ = await source.exchange()
        transport.hold()
        let forty = Task { await source.forty() }
        await transport.waitForRequests(41)
        transport.release(40)
        await transport.waitForRequests(42)
        #expect(transport.count(ofKey: 2) == 1)
        transport.release()
        #expect(await forty.value == Self.allFine)
        #expect(transport.count(ofKey: 1) == 41)
        #expect(transport.count(ofKey: 2) == 40)
    }

    @Test("A changed secret is tested at once, by one request, and opens the source")
    func changedSecret() async {
        let keys = LockableKeys()
        let source = Source(FakeTransport(accepting: 2), credentials: keys)
        #expect(await source.forty() == Self.allRefused)
        #expect(await !source.client.hasUntriedCredential())
        keys.change()
        #expect(await source.client.hasUntriedCredential())
        source.clock.advance(by: .seconds(1))
        _ = await source.forty()
        #expect(source.transport.count(ofKey: 1) == 1)
        #expect(source.client.nextProbe == nil)
        #expect(await source.forty() == Self.allFine)
    }

    @Test("A reload tests at once, by one request")
    func reload() async {
        let keys = LockableKeys()
        let source = Source(FakeTransport(accepting: nil), credentials: keys)
        #expect(await source.forty() == Self.allRefused)
        source.client.reconfigure(
            transport: source.transport, credentials: keys, settings: source.client.settings)
        #expect(await source.forty() == Self.allRefused)
        #expect(source.transport.requests.count == 2)
        #expect(await source.forty() == Self.allRefused)
        #expect(source.transport.requests.count == 2)
    }

    @Test("Who waited for the first use of a credential beyond the interval goes on all the same: nothing throttles it")
    func lateProof() async {
        let transport = FakeTransport(holding: true) { _, _ in .response(200, "{}") }
        let source = Source(transport, credentials: LockableKeys(), retries: 0)
        let first = Task { await source.exchange() }
        await transport.waitForRequests(1)
        let second = Task { await source.exchange() }
        source.clock.advance(by: .seconds(61))
        transport.release()
        #expect(await first.value == .success("{}"))
        #expect(await second.value == .success("{}"))
    }

    @Test("One that nobody has accepted is tried by one request at a time, whatever comes in place of an answer")
    func noAnswer() async {
        let transport = FakeTransport([.failure(TransportFailure(.connect, "nobody there"))])
        let source = Source(transport, credentials: LockableKeys(), retries: 0)
        let reasons = await source.forty()
        #expect(reasons == [FailureReason?](repeating: .network, count: 40))
        #expect(transport.maximumInFlight == 1)
    }
}
