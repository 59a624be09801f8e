// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// Components of status pages, in the language of the page.
struct PageParts {
    let report: StatusReport
    let options: PageOptions

    var now: Timestamp { report.time }

    func callAsFunction(_ phrase: Phrase) -> HTML { "\(options.language(phrase))" }

    /// Facts about the process, for the header.
    var process: HTML {
        var facts: [Phrase] = [
            .asOf(HumanFormat.absolute(now)), .sources(report.sources.count),
            .polls(every: HumanFormat.duration(report.interval)),
        ]
        if report.shard.total > 1 { facts.append(.shard(report.shard)) }
        return #"<p class="quiet process">\#(HTML(facts.map { self($0) }, separator: " · "))</p>\#n"#
    }

    // MARK: Text

    func badge(_ text: Phrase, _ kind: String = "") -> HTML {
        #"<span class="badge \#(kind)">\#(self(text))</span>"#
    }

    /// A link to another page of this program.
    func link(_ text: Phrase, _ path: String = "", _ query: [(name: String, value: String)] = []) -> HTML {
        #"<a href="\#(echo: options.address(path, query))">\#(self(text))</a>"#
    }

    /// A link to the page of a workspace.
    func link(to status: WorkspaceStatus) -> HTML { link(Phrase(status.workspace.name), "", status.selectingPairs) }

    /// A time relative to now, with the absolute time as tooltip.
    func moment(_ time: Timestamp) -> HTML {
        self.time(time, title: Phrase(time.iso8601()), HumanFormat.moment(time, now: now))
    }

    /// The time elapsed since `time`, with the absolute time as tooltip.
    func since(_ time: Timestamp) -> HTML {
        self.time(time, title: .sinceTime(time.iso8601()), HumanFormat.since(time, now: now))
    }

    private func time(_ time: Timestamp, title: Phrase, _ text: Phrase) -> HTML {
        #"<time datetime="\#(time.iso8601())" title="\#(self(title))">\#(self(text))</time>"#
    }

    // MARK: States

    func badge(of state: ListingStatus.State, reason: FailureReason?) -> HTML {
        switch state {
        case .ok: badge(.name(of: state), "good")
        case .pending: badge(.name(of: state))
        case .failing: badge(reason.map { .failing($0) } ?? .name(of: state), "bad")
        }
    }

    func badge(of health: SourceHealth) -> HTML {
        let kind =
            switch health {
            case .lockedOut, .noWorkspaces, .down: "bad"
            case .noneDiscovered, .discoveryFailing, .throttled, .overloaded, .partlyDown: "warn"
            case .pending: ""
            case .ok: "good"
            }
        return badge(.name(of: health), kind)
    }

    /// The badge of an endpoint status, with the number of records if given.
    func badge(ofStatus status: String, _ phase: Phase, count: Int? = nil) -> HTML {
        let text = count.map { "\(status) \(HumanFormat.number($0))" } ?? status
        return badge(Phrase(text), phase == .serving ? "good" : Self.kind(of: phase))
    }

    /// The CSS class for the severity of a phase.
    static func kind(of phase: Phase) -> String {
        switch phase {
        case .failed, .abnormal: "bad"
        case .inTransition, .suspended: "warn"
        case .serving, .inactive, .gone, .unknown: ""
        }
    }

    /// The number of records in each status, as a bar and as badges.
    func statuses(_ statuses: [ListingSummary.StatusCount]) -> HTML {
        if statuses.isEmpty { return self(.none) }
        let badges = statuses.map { badge(ofStatus: $0.status, $0.phase, count: $0.records) }
        return #"\#(StatusBar.svg(statuses))<span class="badges">\#(badges)</span>"#
    }

    func capacity(_ capacities: [ListingSummary.Capacity]) -> HTML {
        if capacities.isEmpty { return self(.none) }
        let parts: [HTML] = capacities.map { capacity in
            let maximum =
                capacity.maximum > capacity.reserved
                ? " (\(options.language(.maximum(HumanFormat.number(capacity.maximum)))))" : ""
            return "\(HumanFormat.number(capacity.reserved)) \(capacity.unit)\(maximum)"
        }
        return HTML(parts, separator: "<br>")
    }

    /// The explanation of a source's health, with numbers.
    func text(of source: StatusOverview.Source) -> HTML {
        let down = source.workspaces.filter(\.isDown)
        let downText = Phrase.down(down.count, of: source.workspaces.count)
        switch source.health {
        case .lockedOut:
            return source.status.nextProbe.html {
                "\(self(.credentialRejected(probe: HumanFormat.moment($0, now: now)))); \(self(downText))"
            }
        case .noWorkspaces, .noneDiscovered:
            return report.warning(of: source.status).html { self($0.text(source: source.status.name)) }
        case .down:
            return self(.reasons(downText, Set(down.compactMap { $0.failure?.reason }).sorted()))
        case .discoveryFailing: return self(.discoveryFailed(source.status.discovery?.failure?.rawValue ?? ""))
        case .partlyDown: return self(downText)
        case .overloaded:
            return source.status.round.html {
                self(.overloaded(round: HumanFormat.duration($0), interval: HumanFormat.duration(report.interval)))
            }
        case .throttled, .pending, .ok: return .empty
        }
    }

    /// Returns the remedy for a listing whose last poll failed; nil if it did not.
    func remedy(for listing: ListingStatus, of workspace: WorkspaceStatus) -> Phrase? {
        report.remedy(for: listing, of: workspace)?.text
    }

    // MARK: Boxes

    /// A tile with a title, a number, an optional note and an optional link to the list of what it counts.
    func tile(_ title: Phrase, _ number: String, _ note: Phrase? = nil, kind: String = "", link: String? = nil) -> HTML
    {
        let small = note.html { "<small>\(self($0))</small>" }
        let number: HTML = link.map { #"<a href="\#(echo: $0)">\#(number)</a>"# } ?? "\(number)"
        return #"<div class="tile \#(kind)"><dt>\#(self(title))</dt><dd>\#(number)\#(small)</dd></div>"#
    }

    /// A section with a heading, which is also its label.
    func section(_ id: String, _ title: Phrase, _ body: HTML) -> HTML {
        """
        <section aria-labelledby="\(id)"><h2 id="\(id)">\(self(title))</h2>
        \(body)</section>
        """
    }

    /// The links to the pages before and after this one; empty if there is only one.
    /// - Parameter address: returns the URL of a page.
    func pager(_ pages: PageRange, _ count: Phrase, address: (_ page: Int) -> String) -> HTML {
        guard pages.last > 1 else { return .empty }
        let page = pages.current
        let before: HTML =
            page > 1 ? #"<a rel="prev" href="\#(echo: address(page - 1))">\#(self(.previous))</a>"# : .empty
        let after: HTML =
            page < pages.last ? #"<a rel="next" href="\#(echo: address(page + 1))">\#(self(.next))</a>"# : .empty
        return """
            <nav class="pages" aria-label="\(self(.pages))">\(before)<span>\(self(.page(page, of: pages.last, count)))</span>\
            \(after)</nav>

            """
    }
}

/// The rows of one page of a list.
struct PageRange {
    /// The maximum number of rows on a page.
    static let size = 100

    /// The number of this page, from 1; the last one if the requested one is beyond it.
    let current: Int
    /// The number of the last page.
    let last: Int
    /// The positions of the rows on this page.
    let rows: Range<Int>

    init(page: Int, of count: Int) {
        last = max(1, (count + Self.size - 1) / Self.size)
        current = min(max(1, page), last)
        let start = (current - 1) * Self.size
        rows = start..<min(count, start + Self.size)
    }
}
