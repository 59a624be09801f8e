// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("A throttled source")
struct SourceGateThrottledTests {
    private let start = ContinuousClock.now

    @Test("An open gate admits all requests and stays open")
    func open() {
        var gate = SourceGate(interval: .seconds(60))
        #expect(gate.admit("w", now: start, generation: 1) == .send(isProbe: false))
        gate.report(.answered, of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.inconclusive, of: "w", isProbe: false, now: start, generation: 1)
        #expect(gate.admit("w", now: start, generation: 2) == .send(isProbe: false))
        #expect(gate.throttledUntil == nil)
        #expect(gate.nextProbe == nil)
    }

    @Test(
        "The backoff is Retry-After, capped at five minutes, or one second",
        arguments: [
            (nil, .seconds(1)), (.seconds(7), .seconds(7)), (.seconds(300), .seconds(300)),
            (.seconds(301), .seconds(300)), (.seconds(86_400), .seconds(300)),
        ] as [(Duration?, Duration)]
    )
    func pause(_ retryAfter: Duration?, _ pause: Duration) {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: retryAfter), of: "w", isProbe: false, now: start, generation: 1)
        #expect(gate.throttledUntil == start + pause)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit("w", now: start, generation: 1) == .wait(until: start + pause, else: SourceGate.throttled))
        #expect(
            gate.admit("w", now: start + pause - .nanoseconds(1), generation: 1)
                == .wait(until: start + pause, else: SourceGate.throttled))
        #expect(gate.admit("w", now: start + pause, generation: 1) == .send(isProbe: true))
        #expect(gate.admit("w", now: start + pause, generation: 1) == .waitForProbe)
        gate.report(.answered, of: "w", isProbe: true, now: start + pause, generation: 1)
        #expect(gate.admit("w", now: start + pause, generation: 1) == .send(isProbe: false))
        #expect(gate.throttledUntil == nil)
    }

    @Test(
        "Without Retry-After the backoff doubles with each failed probe, up to the interval",
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

    @Test("An inconclusive probe is followed by another one at once")
    func inconclusive() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
        gate.report(.inconclusive, of: "w", isProbe: true, now: later, generation: 1)
        #expect(gate.throttledUntil == later)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
    }

    @Test("Requests sent before the backoff can extend but not end it")
    func stragglers() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: .seconds(5)), of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.answered, of: "w", isProbe: false, now: start, generation: 1)
        gate.report(.inconclusive, of: "w", isProbe: false, now: start, generation: 1)
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

    @Test("A probe with a rejected credential locks the source out")
    func rejectedProbe() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: nil), of: "w", isProbe: false, now: start, generation: 1)
        let later = start + .seconds(1)
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
        let failure = APIFailure(.unauthenticated, "no", status: 401)
        gate.report(.unauthenticated(failure), of: "w", isProbe: true, now: later, generation: 1)
        #expect(gate.throttledUntil == nil)
        #expect(gate.nextProbe == later + .seconds(54))
        #expect(gate.admit("w", now: later, generation: 1) == .fail(failure))
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

    @Test("Requests fail without traffic until shortly before the interval's end, then one request probes")
    func lockout() {
        var gate = lockedOut()
        let probe = start + .seconds(54)
        #expect(gate.nextProbe == probe)
        #expect(gate.throttledUntil == nil)
        #expect(gate.admit("w", now: start, generation: 1) == .fail(failure))
        #expect(gate.admit("w", now: probe - .nanoseconds(1), generation: 1) == .fail(failure))
        #expect(gate.admit("w", now: probe, generation: 1) == .send(isProbe: true))
        #expect(gate.admit("w", now: probe, generation: 1) == .fail(failure))
        // A request with a newer credential waits, because that may be probed next.
        #expect(gate.admit("w", now: probe + .seconds(600), generation: 2) == .waitForProbe)
        #expect(gate.admit("w", now: probe + .seconds(600), generation: 2, hasWaited: true) == .fail(failure))
    }

    @Test("A successful probe ends the lockout")
    func success() {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == nil)
        #expect(gate.admit("w", now: start + .seconds(55), generation: 1) == .send(isProbe: false))
    }

    @Test("A rejected probe is repeated in the next interval, and its failure is reported")
    func rejectedAgain() {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        let again = APIFailure(.unauthenticated, "still no", status: 401)
        gate.report(.unauthenticated(again), of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(109))
        #expect(gate.admit("w", now: start + .seconds(108), generation: 1) == .fail(again))
        #expect(gate.admit("w", now: start + .seconds(109), generation: 1) == .send(isProbe: true))
    }

    @Test(
        "An inconclusive probe is repeated in the next interval",
        arguments: [.inconclusive, .throttled(retryAfter: .seconds(1))] as [SourceGate.Outcome])
    func inconclusiveProbe(_ outcome: SourceGate.Outcome) {
        var gate = lockedOut()
        #expect(gate.admit("w", now: start + .seconds(54), generation: 1) == .send(isProbe: true))
        gate.report(outcome, of: "w", isProbe: true, now: start + .seconds(55), generation: 1)
        #expect(gate.nextProbe == start + .seconds(108))
        #expect(gate.admit("w", now: start + .seconds(107), generation: 1) == .fail(failure))
        #expect(gate.admit("w", now: start + .seconds(108), generation: 1) == .send(isProbe: true))
    }

    @Test("A changed secret is probed at once, repeatedly until a probe is conclusive")
    func changedSecret() {
        var gate = lockedOut()
        let now = start + .seconds(1)
        #expect(gate.admit("w", now: now, generation: 2) == .send(isProbe: true))
        // Others with the new secret wait for the probe, which decides for all.
        #expect(gate.admit("w", now: now, generation: 2) == .waitForProbe)
        gate.report(.inconclusive, of: "w", isProbe: true, now: now, generation: 2)
        #expect(gate.admit("w", now: now, generation: 1) == .fail(failure))
        #expect(gate.admit("w", now: now, generation: 2) == .send(isProbe: true))
        let other = APIFailure(.unauthenticated, "the new one neither", status: 401)
        gate.report(.unauthenticated(other), of: "w", isProbe: true, now: now, generation: 2)
        #expect(gate.admit("w", now: now, generation: 2) == .fail(other))
        #expect(gate.nextProbe == now + .seconds(54))
    }

    @Test("Requests sent before the lockout have no effect")
    func stragglers() {
        var gate = lockedOut()
        let other = APIFailure(.unauthenticated, "other", status: 401)
        for outcome in [
            .answered, .inconclusive, .throttled(retryAfter: .seconds(9)), .unauthenticated(other),
        ] as [SourceGate.Outcome] {
            gate.report(outcome, of: "w", isProbe: false, now: start + .seconds(9), generation: 1)
        }
        #expect(gate.nextProbe == start + .seconds(54))
        #expect(gate.admit("w", now: start + .seconds(9), generation: 1) == .fail(failure))
    }
}

@Suite("A credential that was rejected for one workspace")
struct SourceGateUnconfirmedTests {
    private let start = ContinuousClock.now
    private let failure = APIFailure(.unauthenticated, "no", status: 401)

    /// Returns a gate of four workspaces: the credential worked for three of them, then was rejected for one of those.
    private func unconfirmed(isLockable: Bool = false, workspaces: Int = 4) -> SourceGate {
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
        "stays in use if a request for another workspace confirms it", arguments: [true, false])
    func confirmed(isLockable: Bool) {
        var gate = unconfirmed(isLockable: isLockable)
        #expect(gate.confirmation == SourceGate.Confirmation(rejectedFor: "a", workedFor: ["b", "c"]))
        #expect(gate.nextProbe == nil)
        // Neither the same workspace nor one without a success before is conclusive.
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
        // From now on rejections for this workspace don't affect others.
        for minute in 1...100 {
            let now = start + .seconds(60) * minute
            gate.report(.unauthenticated(failure), of: "a", isProbe: false, now: now, generation: 1)
            #expect(gate.admit("b", now: now, generation: 1) == .send(isProbe: false))
        }
    }

    @Test("locks the source out if it is rejected for another workspace, too", arguments: [true, false])
    func rejectedAgain(isLockable: Bool) {
        var gate = unconfirmed(isLockable: isLockable)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 1)
        #expect(gate.nextProbe == start + .seconds(isLockable ? 60 : 54))
    }

    @Test("locks the source out if earlier requests are rejected for others")
    func stragglers() {
        var gate = unconfirmed()
        gate.report(.answered, of: "c", isProbe: false, now: start, generation: 1)
        #expect(gate.nextProbe == nil)
        gate.report(.unauthenticated(failure), of: "b", isProbe: false, now: start, generation: 1)
        #expect(gate.nextProbe != nil)
    }

    @Test("is confirmed by any workspace after five seconds, and at once if there is only one")
    func fallback() {
        var gate = unconfirmed()
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1) == .send(isProbe: true))
        gate.report(.inconclusive, of: "a", isProbe: true, now: start, generation: 1, failure: failure)
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1, hasWaited: true) == .fail(failure))
        #expect(gate.admit("a", now: start + .seconds(5), generation: 1) == .send(isProbe: true))
        var alone = unconfirmed(workspaces: 1)
        #expect(alone.admit("a", now: start, generation: 1) == .send(isProbe: true))
        alone.report(.unauthenticated(failure), of: "a", isProbe: true, now: start, generation: 1)
        #expect(alone.nextProbe != nil)
    }

    @Test("is confirmed by another workspace if its replacement is rejected for the same one")
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
        #expect(gate.isRejectedOnly(for: "a") && !gate.isRejectedOnly(for: "b"))
        #expect(gate.admit("c", now: start, generation: 2) == .send(isProbe: false))
    }

    @Test("locks the source out if it was changed and hasn't worked for any workspace")
    func changed() {
        var gate = unconfirmed(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 2)
        #expect(gate.nextProbe == start + .seconds(60))
    }

    @Test("stays rejected for that workspace after a reload, and others try it first")
    func reload() {
        var gate = unconfirmed(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 1)
        gate.reconfigure(interval: .seconds(60), isLockable: true, now: start)
        #expect(gate.admit("a", now: start, generation: 1) == .wait(until: start + .seconds(5), else: failure))
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
    }

    @Test("needs no confirmation once it is replaced")
    func replaced() {
        var gate = unconfirmed(isLockable: true)
        #expect(gate.admit("a", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.answered, of: "a", isProbe: true, now: start, generation: 2)
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: false))
    }

    @Test("leaves the replacement's first use and the next probe to other workspaces")
    func rotation() {
        var gate = unconfirmed(isLockable: true)
        #expect(gate.admit("b", now: start, generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "b", isProbe: true, now: start, generation: 1)
        #expect(gate.admit("a", now: start, generation: 2) == .wait(until: start + .seconds(5), else: failure))
        #expect(gate.admit("b", now: start, generation: 2) == .send(isProbe: true))
        gate.report(.unauthenticated(failure), of: "b", isProbe: true, now: start, generation: 2)
        #expect(gate.nextProbe == start + .seconds(60))
        #expect(gate.admit("b", now: start + .seconds(60), generation: 2) == .fail(failure))
        #expect(gate.admit("c", now: start + .seconds(60), generation: 2) == .send(isProbe: true))
        gate.report(.inconclusive, of: "c", isProbe: true, now: start + .seconds(60), generation: 2)
        // The workspace may probe after another interval without a probe.
        #expect(gate.admit("b", now: start + .seconds(180), generation: 2) == .send(isProbe: true))
    }
}
