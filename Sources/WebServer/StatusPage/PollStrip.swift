// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Polling

/// The recent polls of a listing as a strip, the most recent last: low marks are successes, high ones failures. Each
/// has its time, duration and reason as tooltip.
struct PollStrip {
    /// The width of a poll.
    private static let step = 10

    let parts: PageParts

    func svg(_ polls: PollHistory) -> HTML {
        let width = polls.count * Self.step
        let failed = polls.count { $0.reason != nil }
        let marks: [HTML] = polls.reversed().enumerated().map { index, poll in
            let isFailed = poll.reason != nil
            let (y, height) = isFailed ? (2, 26) : (18, 10)
            let title: Phrase = .list([
                Phrase(HumanFormat.absolute(poll.endedAt)),
                poll.reason.map { .failing($0) } ?? .name(of: ListingStatus.State.ok),
                HumanFormat.exact(poll.duration),
            ])
            return """
                <rect class="\(isFailed ? "bad" : "good")" x="\(index * Self.step + 1)" y="\(y)" width="8" height="\(height)">\
                <title>\(parts(title))</title></rect>
                """
        }
        return """
            <figure class="strip"><svg viewBox="0 0 \(width) 30" width="\(width)" height="30" role="img" \
            aria-label="\(parts(.failed(failed, of: polls.count)))">\(marks)</svg>
            <figcaption class="quiet">\(parts(.failed(failed, of: polls.count)))</figcaption></figure>

            """
    }
}
