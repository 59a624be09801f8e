// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPClient

/// Who resumes the waiter, in every order of events.
@Suite struct ExchangeStateTests {
    private enum Event { case wait, start, complete, cancel }

    /// What the events made the owner do, in words.
    private func play(_ events: [Event]) -> [String] {
        var state = ExchangeState<Int>()
        return events.map { event in
            switch event {
            case .wait: state.wait(7) ? "handed over" : "refused"
            case .start: state.start() ? "started" : "skipped"
            case .complete: state.complete().map { "resume \($0)" } ?? "nothing"
            case .cancel:
                switch state.cancel() {
                case .nothing: "nothing"
                case .resume(let waiter): "resume \(waiter)"
                case .resumeAndAbort(let waiter): "resume \(waiter), abort"
                }
            }
        }
    }

    @Test("A completed exchange resumes its waiter once") func aCompletedExchangeResumesItsWaiterOnce() {
        #expect(play([.wait, .start, .complete, .complete]) == ["handed over", "started", "resume 7", "nothing"])
    }

    @Test("A cancel before anybody waits refuses the waiter") func aCancelBeforeAnybodyWaitsRefusesTheWaiter() {
        #expect(play([.cancel, .wait, .start, .complete]) == ["nothing", "refused", "skipped", "nothing"])
    }

    @Test("A cancel in the inbox keeps the exchange from starting") func aCancelInTheInboxKeepsTheExchangeFromStarting()
    {
        #expect(play([.wait, .cancel, .start, .complete]) == ["handed over", "resume 7", "skipped", "nothing"])
    }

    @Test("A cancel in flight resumes at once and aborts") func aCancelInFlightResumesAtOnceAndAborts() {
        #expect(play([.wait, .start, .cancel, .complete]) == ["handed over", "started", "resume 7, abort", "nothing"])
    }

    @Test("A cancel after completion does nothing") func aCancelAfterCompletionDoesNothing() {
        #expect(play([.wait, .start, .complete, .cancel]) == ["handed over", "started", "resume 7", "nothing"])
    }

    @Test("A second cancel does nothing") func aSecondCancelDoesNothing() {
        #expect(play([.wait, .start, .cancel, .cancel]) == ["handed over", "started", "resume 7, abort", "nothing"])
    }

    @Test("A refusal by the inbox resumes the waiter") func aRefusalByTheInboxResumesTheWaiter() {
        #expect(play([.wait, .complete, .start, .cancel]) == ["handed over", "resume 7", "skipped", "nothing"])
    }
}
