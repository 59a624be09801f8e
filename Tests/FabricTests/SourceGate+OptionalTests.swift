// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite struct SourceGateOptionalTests {
    private let start = ContinuousClock.now
    private let rejection = APIFailure(.unauthenticated, "rejected", status: 401)

    private func waits(_ admission: SourceGate.Admission) -> Bool {
        if case .wait(let until, _) = admission { until == start + SourceGate.optionalDelay } else { false }
    }

    @Test func `An open gate admits optional listings`() {
        var gate = SourceGate(interval: .seconds(60))
        #expect(gate.admitOptional("w x", now: start, generation: 1) == .send(isProbe: false))
    }

    @Test func `An optional listing does not prove a credential that may lock the account`() {
        var gate = SourceGate(interval: .seconds(60), isLockable: true)
        #expect(waits(gate.admitOptional("w x", now: start, generation: 1)))
        #expect(gate.admit("w", now: start, generation: 1) == .send(isProbe: true))
        #expect(gate.admitOptional("w x", now: start, generation: 1) == .waitForProbe)
        gate.report(.answered, of: "w", isProbe: true, now: start, generation: 1)
        #expect(gate.admitOptional("w x", now: start, generation: 1) == .send(isProbe: false))
    }

    @Test func `An optional listing does not probe a throttled source`() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.throttled(retryAfter: .seconds(5)), of: "w x", isProbe: false, now: start, generation: 1)
        let until = start + .seconds(5)
        #expect(
            gate.admitOptional("w x", now: start, generation: 1) == .wait(until: until, else: SourceGate.throttled))
        #expect(
            gate.admitOptional("w x", now: until, generation: 1)
                == .wait(until: until + SourceGate.optionalDelay, else: SourceGate.throttled))
        #expect(gate.admit("w", now: until, generation: 1) == .send(isProbe: true))
        gate.report(.answered, of: "w", isProbe: true, now: until, generation: 1)
        #expect(gate.admitOptional("w x", now: until, generation: 1) == .send(isProbe: false))
    }

    @Test func `An optional listing does not probe a rejected credential`() {
        var gate = SourceGate(interval: .seconds(60))
        gate.report(.unauthenticated(rejection), of: "w", isProbe: false, now: start, generation: 1)
        let later = start + .seconds(600)
        #expect(gate.admitOptional("w x", now: later, generation: 1) == .fail(rejection))
        #expect(gate.admit("w", now: later, generation: 1) == .send(isProbe: true))
    }
}
