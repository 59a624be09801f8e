// SPDX-License-Identifier: Apache-2.0
import FabricModel
import Testing

@testable import FabricAPI

@Suite("A throttled source")
struct ThrottledGateTests {
    private let start = ContinuousClock.now

    @Test("An open gate lets everything pass, and nothing but trouble shuts it")
    func open() {
        var gate = SourceGate(interval: .seconds(60))
        #expect(gate.admit(now: start, generation: 1) == .send(isProbe: false))
        gate.report(.answered, isProbe: false, now: start, generation: 1)
        gate.report(.noAnswer, isProbe: false, now: start, generation: 1)
        #expect(gate.admit(now: start, generation: 2) == .send(isProbe: false))
        #expect(!gate.isThrottled)
        #expect(gate.nextProbe == nil)
    }

    @Test(
        "The pause is Retry-After, capped at five minutes, or one second",
        arguments: [
            (nil, .seconds(1)), (.seconds(7), .seconds(7)), (.seconds(300), .seconds(300)),
            (.seconds(301), .seconds(300)), (.seconds(86_400), .seconds(300)),
        ] as [(Duration?, Duration)]
    )
    func pause(_ retryAfter: Duration?, _ pause: Duration) {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: retryAfter), isProbe: false, now: start, generation: 1)
        #expect(gate.isThrottled)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit(now: start, generation: 1) == .wait(until: start + pause))
        #expect(
            gate.admit(now: start + pause - .nanoseconds(1), generation: 1) == .wait(until: start + pause))
        #expect(gate.admit(now: start + pause, generation: 1) == .send(isProbe: true))
        #expect(gate.admit(now: start + pause, generation: 1) == .waitForProbe)
        gate.report(.answered, isProbe: true, now: start + pause, generation: 1)
        #expect(gate.admit(now: start + pause, generation: 1) == .send(isProbe: false))
        #expect(!gate.isThrottled)
    }

    @Test(
        "Without Retry-After the pause doubles to the interval, with each probe that fails",
        arguments: [
            (.seconds(30), [1, 2, 4, 8, 16, 30, 30]), (.seconds(10), [1, 2, 4, 8, 10, 10]),
            (.seconds(600), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]),
        ] as [(Duration, [Int])]
    )
    func doubling(_ interval: Duration, _ pauses: [Int]) {
        var gate = SourceGate(interval: interval)
        var now = start
        var isProbe = false
        for pause in pauses {
            gate.report(.throttled(retryAfter: nil), isProbe: isProbe, now: now, generation: 1)
            #expect(gate.admit(now: now, generation: 1) == .wait(until: now + .seconds(pause)))
            now += .seconds(pause)
            #expect(gate.admit(now: now, generation: 1) == .send(isProbe: true))
            isProbe = true
        }
        gate.report(.answered, isProbe: true, now: now, generation: 1)
        gate.report(.throttled(retryAfter: nil), isProbe: false, now: now, generation: 1)
        #expect(gate.admit(now: now, generation: 1) == .wait(until: now + .seconds(1)))
    }

    @Test("A probe that brings no answer makes room for another one at once")
    func noAnswer() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit(now: later, generation: 1) == .send(isProbe: true))
        gate.report(.noAnswer, isProbe: true, now: later, generation: 1)
        #expect(gate.isThrottled)
        #expect(gate.admit(now: later, generation: 1) == .send(isProbe: true))
    }

    @Test("Requests sent before the pause can lengthen it, but never end it")
    func stragglers() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: .seconds(5)), isProbe: false, now: start, generation: 1)
        gate.report(.answered, isProbe: false, now: start, generation: 1)
        gate.report(.noAnswer, isProbe: false, now: start, generation: 1)
        gate.report(.throttled(retryAfter: nil), isProbe: false, now: start + .seconds(3), generation: 1)
        gate.report(.throttled(retryAfter: .seconds(1)), isProbe: false, now: start + .seconds(1), generation: 1)
        #expect(gate.admit(now: start + .seconds(3), generation: 1) == .wait(until: start + .seconds(5)))
        gate.report(.throttled(retryAfter: .seconds(9)), isProbe: false, now: start + .seconds(1), generation: 1)
        #expect(gate.admit(now: start + .seconds(5), generation: 1) == .wait(until: start + .seconds(10)))
        gate.report(.throttled(retryAfter: .seconds(900)), isProbe: false, now: start, generation: 1)
        #expect(gate.admit(now: start + .seconds(10), generation: 1) == .wait(until: start + .seconds(300)))
    }

    @Test("A probe refused for its credential locks the source out")
    func refusedProbe() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit(now: later, generation: 1) == .send(isProbe: true))
        let failure = APIFailure(.unauthenticated, "no", status: 401)
        gate.report(.unauthenticated(failure), isProbe: true, now: later, generation: 1)
        #expect(!gate.isThrottled)
        #expect(gate.nextProbe == later + .seconds(54))
        #expect(gate.admit(now: later, generation: 1) == .refuse(failure))
    }
}

@Suite("A locked-out source")
struct LockedOutGateTests {
    private let start = ContinuousClock.now
    private let failure = APIFailure(.unauthenticated, "no", status: 401)

    private func lockedOut() -> SourceGate {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.unauthenticated(failure), isProbe: false, now: start, generation: 1)
        return gate
    }

    @Test("It refuses without traffic until a little less than the interval is over, then one request tests")
    func refusal() {
        var gate = lockedOut()
        let probe = start + .seconds(54)
        #expect(gate.nextProbe == probe)
        #expect(!gate.isThrottled)
        #expect(gate.admit(now: start, generation: 1) == .refuse(failure))
        #expect(gate.admit(now: probe - .nanoseconds(1), generation: 1) == .refuse(failure))
        #expect(gate.admit(now: probe, generation: 1) == .send(isProbe: true))
        #expect(gate.admit(now: probe, generation: 1) == .refuse(failure))
        // A later credential is worth waiting for: it may be tested next.
        #expect(gate.admit(now: probe + .seconds(600), generation: 2) == .waitForProbe)
        #expect(gate.admit(now: probe + .seconds(600), generation: 2, hasWaited: true) == .refuse(failure))
    }

    @Test("A test that succeeds opens the source")
    func success() {
        var gate = lockedOut()
        #expect(gate.admit(now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(.answered, isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit(now: start + .seconds(55), generation: 1) == .send(isProbe: false))
    }

    @Test("A test that is refused waits for the next interval and tells the newest reason")
    func refusedAgain() {
        var gate = lockedOut()
        #expect(gate.admit(now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        let again = APIFailure(.unauthenticated, "still no", status: 401)
        gate.report(.unauthenticated(again), isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(109))
        #expect(gate.admit(now: start + .seconds(108), generation: 1) == .refuse(again))
        #expect(gate.admit(now: start + .seconds(109), generation: 1) == .send(isProbe: true))
    }

    @Test(
        "A test that proves nothing is made again in the next interval",
        arguments: [.noAnswer, .throttled(retryAfter: .seconds(1))] as [SourceGate.Outcome])
    func noProof(_ outcome: SourceGate.Outcome) {
        var gate = lockedOut()
        #expect(gate.admit(now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(outcome, isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(108))
        #expect(gate.admit(now: start + .seconds(107), generation: 1) == .refuse(failure))
        #expect(gate.admit(now: start + .seconds(108), generation: 1) == .send(isProbe: true))
    }

    @Test("A changed secret is tested at once, again and again until something answers")
    func changedSecret() {
        var gate = lockedOut()
        let now = start + .seconds(1)
        #expect(gate.admit(now: now, generation: 2) == .send(isProbe: true))
        // Others who have it wait, so that it heals them all at once.
        #expect(gate.admit(now: now, generation: 2) == .waitForProbe)
        gate.report(.noAnswer, isProbe: true, now: now, generation: 2)
        #expect(gate.admit(now: now, generation: 1) == .refuse(failure))
        #expect(gate.admit(now: now, generation: 2) == .send(isProbe: true))
        let other = APIFailure(.unauthenticated, "the new one neither", status: 401)
        gate.report(.unauthenticated(other), isProbe: true, now: now, generation: 2)
        #expect(gate.admit(now: now, generation: 2) == .refuse(other))
        #expect(gate.nextProbe == now + .seconds(54))
    }

    @Test("Requests sent before the lock-out change nothing")
    func stragglers() {
        var gate = lockedOut()
        let other = APIFailure(.unauthenticated, "other", status: 401)
        for outcome in [
            .answered, .noAnswer, .throttled(retryAfter: .seconds(9)), .unauthenticated(other),
        ] as [SourceGate.Outcome] {
            gate.report(outcome, isProbe: false, now: start + .seconds(9), generation: 1)
        }
        #expect(gate.nextProbe == start + .seconds(54))
        #expect(gate.admit(now: start + .seconds(9), generation: 1) == .refuse(failure))
    }
}
