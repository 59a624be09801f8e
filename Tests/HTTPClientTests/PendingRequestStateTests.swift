// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import HTTPClient

/// Which event resumes the waiter, for each order of events.
@Suite struct PendingRequestStateTests {
    private enum Event { case wait, start, complete, cancel }

    /// Applies the events and returns the resulting actions as texts.
    private func play(_ events: [Event]) -> [String] {
        var state = PendingRequestState<Int>()
        return events.map { event in
            switch event {
            case .wait: state.wait(7) ? "posted" : "rejected"
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

    @Test("A completed request resumes its waiter once")
    func completion() {
        #expect(play([.wait, .start, .complete, .complete]) == ["posted", "started", "resume 7", "nothing"])
    }

    @Test("A request canceled before it waits is rejected")
    func cancelBeforeWait() {
        #expect(play([.cancel, .wait, .start, .complete]) == ["nothing", "rejected", "skipped", "nothing"])
    }

    @Test("A request canceled before it starts is skipped")
    func cancelBeforeStart() {
        #expect(play([.wait, .cancel, .start, .complete]) == ["posted", "resume 7", "skipped", "nothing"])
    }

    @Test("A request canceled in flight resumes its waiter and is aborted")
    func cancelInFlight() {
        #expect(play([.wait, .start, .cancel, .complete]) == ["posted", "started", "resume 7, abort", "nothing"])
    }

    @Test("Canceling a completed request does nothing")
    func cancelAfterCompletion() {
        #expect(play([.wait, .start, .complete, .cancel]) == ["posted", "started", "resume 7", "nothing"])
    }

    @Test("Canceling twice does nothing more")
    func cancelTwice() {
        #expect(play([.wait, .start, .cancel, .cancel]) == ["posted", "started", "resume 7, abort", "nothing"])
    }

    @Test("A request completed before it starts is skipped")
    func completeBeforeStart() {
        #expect(play([.wait, .complete, .start, .cancel]) == ["posted", "resume 7", "skipped", "nothing"])
    }
}
