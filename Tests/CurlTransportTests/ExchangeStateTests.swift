// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import CurlTransport

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

    @Test func aCompletedExchangeResumesItsWaiterOnce() {
        #expect(play([.wait, .start, .complete, .complete]) == ["handed over", "started", "resume 7", "nothing"])
    }

    @Test func aCancelBeforeAnybodyWaitsRefusesTheWaiter() {
        #expect(play([.cancel, .wait, .start, .complete]) == ["nothing", "refused", "skipped", "nothing"])
    }

    @Test func aCancelInTheInboxKeepsTheExchangeFromStarting() {
        #expect(play([.wait, .cancel, .start, .complete]) == ["handed over", "resume 7", "skipped", "nothing"])
    }

    @Test func aCancelInFlightResumesAtOnceAndAborts() {
        #expect(play([.wait, .start, .cancel, .complete]) == ["handed over", "started", "resume 7, abort", "nothing"])
    }

    @Test func aCancelAfterCompletionDoesNothing() {
        #expect(play([.wait, .start, .complete, .cancel]) == ["handed over", "started", "resume 7", "nothing"])
    }

    @Test func aSecondCancelDoesNothing() {
        #expect(play([.wait, .start, .cancel, .cancel]) == ["handed over", "started", "resume 7, abort", "nothing"])
    }

    @Test func aRefusalByTheInboxResumesTheWaiter() {
        #expect(play([.wait, .complete, .start, .cancel]) == ["handed over", "resume 7", "skipped", "nothing"])
    }
}
