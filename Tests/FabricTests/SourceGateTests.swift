// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("A throttled source")
struct SourceGateThrottledTests {
    private let start = ContinuousClock.now

    @Test("An open gate lets everything pass, and nothing but trouble shuts it")
    func open() {
        var gate = SourceGate(interval: .seconds(60))
        #expect(gate.admit("w", now: start, generation: 1) == .send(isProbe: false))
        gate.report(.answered, of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.noAnswer, of: "w", isProbe: false, now: start, generation: 1)
        #expect(gate.admit("w", now: start, generation: 2) == .send(isProbe: false))
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
        gate.report(.throttled(retryAfter: retryAfter), of: "w", isProbe: false, now: start, generation: 1)
        #expect(gate.isThrottled)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit("w", now: start, generation: 1) == .wait(until: start + pause, else: SourceGate.throttled))
        #expect(
            gate.admit("w", now: start + pause - .nanoseconds(1), generation: 1)
                == .wait(until: start + pause, else: SourceGate.throttled))
        #expect(gate.admit("w", now: start + pause, generation: 1) == .send(isProbe: true))
        #expect(gate.admit("w", now: start + pause, generation: 1) == .waitForProbe)
        gate.report(.answered, of: "w", isProbe: true, now: start + pause, generation: 1)
        #expect(gate.admit("w", now: start + pause, generation: 1) == .send(isProbe: false))
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
            gate.report(.throttled(retryAfter: nil), of: "w", isProbe: isProbe, now: now, generation: 1)
            #expect(
                gate.admit("w", now: now, generation: 1)
                    == .wait(until: now + .seconds(pause), else: SourceGate.throttled))
            now += .seconds(pause)
            #expect(gate.admit("w", now: now, generation: 1) == .send(isProbe: true))
            isProbe = true
        }
        gate.report(.answered, of: "w", isProbe: true, now: now, generation: 1)
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: now, generation: 1)
        #expect(gate.admit("w", now: now, generation: 1) == .wait(until: now + .seconds(1), else: SourceGate.throttled))
    }

    @Test("A probe that brings no answer makes room for another one at once")
    func noAnswer() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
        gate.report(.noAnswer, of: "w", isProbe: true, now: later, generation: 1)
        #expect(gate.isThrottled)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
    }

    @Test("Requests sent before the pause can lengthen it, but never end it")
    func stragglers() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: .seconds(5)), of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.answered, of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.noAnswer, of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: start + .seconds(3), generation: 1)
        gate.report(
            .throttled(retryAfter: .seconds(1)), of: "w", isProbe: false, now: start + .seconds(1), generation: 1)
        #expect(
            gate.admit("w", now: start + .seconds(3), generation: 1)
                == .wait(until: start + .seconds(5), else: SourceGate.throttled))
        gate.report(
            .throttled(retryAfter: .seconds(9)), of: "w", isProbe: false, now: start + .seconds(1), generation: 1)
        #expect(
            gate.admit("w", now: start + .seconds(5), generation: 1)
                == .wait(until: start + .seconds(10), else: SourceGate.throttled))
        gate.report(.throttled(retryAfter: .seconds(900)), of: "w", isProbe: false, now: start, generation: 1)
        #expect(
            gate.admit("w", now: start + .seconds(10), generation: 1)
                == .wait(until: start + .seconds(300), else: SourceGate.throttled))
    }

    @Test("A probe refused for its credential locks the source out")
    func refusedProbe() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
        let failure = APIFailure(.unauthenticated, "no", status: 401)
        gate.report(.unauthenticated(failure), of: "w", isProbe: true, now: later, generation: 1)
        #expect(!gate.isThrottled)
        #expect(gate.nextProbe == later + .seconds(54))
        #expect(gate.admit("w", now: later, generation: 1) == .refuse(failure))
    }
}

@Suite("A locked-out source")
struct SourceGateLockedOutTests {
    private let start = ContinuousClock.now
    private let failure = APIFailure(.unauthenticated, "no", status: 401)

    private func lockedOut() -> SourceGate {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.unauthenticated(failure), of: "w", isProbe: false, now: start, generation: 1)
        return gate
    }

    @Test("It refuses without traffic until a little less than the interval is over, then one request tests")
    func refusal() {
        var gate = lockedOut()
        let probe = start + .seconds(54)
        #expect(gate.nextProbe == probe)
        #expect(!gate.isThrottled)
        #expect(gate.admit("w", now: start, generation: 1) == .refuse(failure))
        #expect(gate.admit("w", now: probe - .nanoseconds(1), generation: 1) == .refuse(failure))
        #expect(gate.admit("w", now: probe, generation: 1) == .send(isProbe: true))
        #expect(gate.admit("w", now: probe, generation: 1) == .refuse(failure))
        // A later credential is worth waiting for: it may be tested next.
        #expect(gate.admit("w", now: probe + .seconds(600), generation: 2) == .waitForProbe)
        #expect(gate.admit("w", now: probe + .seconds(600), generation: 2, hasWaited: true) == .refuse(failure))
    }

    @Test("A test that succeeds opens the source")
    func success() {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit("w", now: start + .seconds(55), generation: 1) == .send(isProbe: false))
    }

    @Test("A test that is refused waits for the next interval and tells the newest reason")
    func refusedAgain() {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        let again = APIFailure(.unauthenticated, "still no", status: 401)
        gate.report(.unauthenticated(again), of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(109))
        #expect(gate.admit("w", now: start + .seconds(108), generation: 1) == .refuse(again))
        #expect(gate.admit("w", now: start + .seconds(109), generation: 1) == .send(isProbe: true))
    }

    @Test(
        "A test that proves nothing is made again in the next interval",
        arguments: [.noAnswer, .throttled(retryAfter: .seconds(1))] as [SourceGate.Outcome])
    func noProof(_ outcome: SourceGate.Outcome) {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(outcome, of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(108))
        #expect(gate.admit("w", now: start + .seconds(107), generation: 1) == .refuse(failure))
        #expect(gate.admit("w", now: start + .seconds(108), generation: 1) == .send(isProbe: true))
    }

    @Test("A changed secret is tested at once, again and again until something answers")
    func changedSecret() {
        var gate = lockedOut()
        let now = start + .seconds(1)
        #expect(gate.admit("w", now: now, generation: 2) == .send(isProbe: true))
        // Others who have it wait, so that it heals them all at once.
        #expect(gate.admit("w", now: now, generation: 2) == .waitForProbe)
        gate.report(.noAnswer, of: "w", isProbe: true, now: now, generation: 2)
        #expect(gate.admit("w", now: now, generation: 1) == .refuse(failure))
        #expect(gate.admit("w", now: now, generation: 2) == .send(isProbe: true))
        let other = APIFailure(.unauthenticated, "the new one neither", status: 401)
        gate.report(.unauthenticated(other), of: "w", isProbe: true, now: now, generation: 2)
        #expect(gate.admit("w", now: now, generation: 2) == .refuse(other))
        #expect(gate.nextProbe == now + .seconds(54))
    }

    @Test("Requests sent before the lock-out change nothing")
    func stragglers() {
        var gate = lockedOut()
        let other = APIFailure(.unauthenticated, "other", status: 401)
        for outcome in [
            .answered, .noAnswer, .throttled(retryAfter: .seconds(9)), .unauthenticated(other),
        ] as [SourceGate.Outcome] {
            gate.report(outcome, of: "w", isProbe: false, now: start + .seconds(9), generation: 1)
        }
        #expect(gate.nextProbe == start + .seconds(54))
        #expect(gate.admit("w", now: start + .seconds(9), generation: 1) == .refuse(failure))
    }
}

@Suite("A credential that was rejected for one workspace")
struct SourceGateDoubtedTests {
    private let start = ContinuousClock.now
    private let failure = APIFailure(.unauthenticated, "no", status: 401)

    /// A gate of four workspaces, three of which have been answered, and one of them rejected after that.
    private func doubted(isLockable: Bool = false, workspaces: Int = 4) -> SourceGate {
        var gate = SourceGate(interval: .seconds(60), isLockable: isLockable)
        gate.workspaces = workspaces
        for workspace in ["a", "b", "c"].prefix(workspaces) {
            let isProbe = gate.admit(workspace, now: start, generation: 1) == .send(isProbe: true)
            gate.report(.answered, of: workspace, isProbe: isProbe, now: start, generation: 1)
        }
        gate.report(.unauthenticated(failure), of: "a", isProbe: false, now: start, generation: 1)
        return gate
    }

    @Test(
        "is asked for with another for which it has worked, and works on if that is answered", arguments: [true, false])
    func ofOne(isLockable: Bool) {
        var gate = doubted(isLockable: isLockable)
        #expect(gate.confirmation == SourceGate.Confirmation(rejectedFor: "a", workedFor: ["b", "c"]))
        #expect(gate.nextProbe == nil)
        // Neither the same one nor one that has never been answered settles it.
        let end = start + .seconds(5)
        #expect(gate.admit("a", now: start, generation: 1) == .wait(until: end, else: failure))
        #expect(gate.admit("d", now: start, generation: 1) == .wait(until: end, else: failure))
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        #expect(gate.confirmation == nil)
        #expect(gate.admit("c", now: start, generation: 1) == .waitForProbe)
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 1)
        #expect(gate.nextProbe == nil)
        for workspace in ["a", "b", "c", "d"] {
            #expect(gate.admit(workspace, now: start, generation: 1) == .send(isProbe: false))
        }
        // From now on its rejection is its own, and costs the others nothing.
        for minute in 1...100 {
            let now = start + .seconds(60) * minute
            gate.report(.unauthenticated(failure), of: "a", isProbe: false, now: now, generation: 1)
            #expect(gate.admit("b", now: now, generation: 1) == .send(isProbe: false))
        }
    }

    @Test("locks the source out if it is rejected for another as well", arguments: [true, false])
    func ofAll(isLockable: Bool) {
        var gate = doubted(isLockable: isLockable)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 1)
        #expect(gate.nextProbe == start + .seconds(isLockable ? 60 : 54))
    }

    @Test("locks the source out if requests sent before are rejected for others")
    func stragglers() {
        var gate = doubted()
        gate.report(.answered, of: "c", isProbe: false, now: start, generation: 1)
        #expect(gate.nextProbe == nil)
        gate.report(.unauthenticated(failure), of: "b", isProbe: false, now: start, generation: 1)
        #expect(gate.nextProbe != nil)
    }

    @Test("is asked for by any workspace after five seconds, and at once if there is only one")
    func fallback() {
        var gate = doubted()
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1) == .send(isProbe: true))
        gate.report(.noAnswer, of: "a", isProbe: true, now: start, generation: 1, failure: failure)
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1, hasWaited: true) == .refuse(failure))
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1) == .send(isProbe: true))
        var alone = doubted(workspaces: 1)
        #expect(alone.admit("a", now: start, generation: 1) == .send(isProbe: true))
        alone.report(.unauthenticated(failure), of: "a", isProbe: true, now: start, generation: 1)
        #expect(alone.nextProbe != nil)
    }

    @Test("is asked for with another as well if a fresh one that was obtained for that workspace is rejected, too")
    func freshIsRejected() {
        var gate = SourceGate(interval: .seconds(60), isLockable: true)
        gate.workspaces = 3
        for workspace in ["a", "b"] {
            let isProbe = gate.admit(workspace, now: start, generation: 1) == .send(isProbe: true)
            gate.report(.answered, of: workspace, isProbe: isProbe, now: start, generation: 1)
        }
        #expect(gate.admit("a", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "a", isProbe: true, now: start, generation: 2, replaced: 1)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 2)
        #expect(gate.isRejectedAlone("a") && !gate.isRejectedAlone("b"))
        #expect(gate.admit("c", now: start, generation: 2) == .send(isProbe: false))
    }

    @Test("locks the source out if it is a changed one, which has worked for no workspace")
    func changed() {
        var gate = doubted(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 2)
        #expect(gate.nextProbe == start + .seconds(60))
    }

    @Test("stays the workspace's own after a reload, which has the credential tried by others first")
    func reload() {
        var gate = doubted(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 1)
        gate.reconfigure(interval: .seconds(60), isLockable: true, now: start)
        #expect(gate.admit("a", now: start, generation: 1) == .wait(until: start + .seconds(5), else: failure))
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
    }

    @Test("is no longer doubted once another one takes its place")
    func replaced() {
        var gate = doubted(isLockable: true)
        #expect(gate.admit("a", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.answered, of: "a", isProbe: true, now: start, generation: 2)
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: false))
    }

    @Test("leaves the first use of the next one, and the next probe, to other workspaces")
    func rotation() {
        var gate = doubted(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 1)
        #expect(gate.admit("a", now: start, generation: 2) == .wait(until: start + .seconds(5), else: failure))
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 2)
        #expect(gate.nextProbe == start + .seconds(60))
        #expect(gate.admit("b", now: start + .seconds(60), generation: 2) == .refuse(failure))
        #expect(gate.admit("c", now: start + .seconds(60), generation: 2) == .send(isProbe: true))
        gate.report(.noAnswer, of: "c", isProbe: true, now: start + .seconds(60), generation: 2)
        // It may probe after another interval in which no other did.
        #expect(gate.admit("b", now: start + .seconds(180), generation: 2) == .send(isProbe: true))
    }
}
