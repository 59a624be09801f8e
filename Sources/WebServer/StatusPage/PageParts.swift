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
            .polls(every: HumanFormat.duration(report.interval)), .uptime(HumanFormat.duration(report.uptime)),
            .loaded(HumanFormat.moment(report.reload.loadedAt, now: now)),
        ]
        if report.shard.total > 1 { facts.append(.shard(report.shard)) }
        return #"<p class="quiet process">\#(HTML(facts.map { self($0) }, separator: " · "))</p>\#n"#
    }

    /// A note about a reload that failed; empty unless the last one did.
    var failedReload: HTML {
        report.reload.failure.html { failure in
            """
            <p class="note bad"><strong>\(self(.reloadFailed(HumanFormat.moment(failure.at, now: now))))</strong> \
            \(failure.error) \(link(.runbook, "runbooks/\(Runbook.reloadFailed.name)"))</p>

            """
        }
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

    /// A link to the status page of a source.
    func link(to source: SourceStatus) -> HTML { link(Phrase(source.name), "", [("source", source.name)]) }

    /// A time relative to now, with the absolute time as tooltip.
    func moment(_ time: Timestamp) -> HTML {
        self.time(time, title: Phrase(time.iso8601()), HumanFormat.moment(time, now: now))
    }

    /// The time elapsed since `time`, with the absolute time as tooltip.
    func since(_ time: Timestamp) -> HTML {
        self.time(time, title: .sinceTime(time.iso8601()), HumanFormat.since(time, now: now))
    }

    /// A time in two lines, date and time of day, for tables with many columns.
    func lines(_ time: Timestamp) -> HTML {
        HTML(
            HumanFormat.absolute(time).split(separator: " ", maxSplits: 1).map {
                #"<span class="line">\#(String($0))</span>"#
            })
    }

    /// The time elapsed since `time`, and `time` itself in two lines.
    /// - Parameter isKnown: whether the time is that of the change, not of its first observation.
    func sinceInLines(_ time: Timestamp, isKnown: Bool = true) -> HTML {
        let duration = HumanFormat.since(time, now: now)
        return
            "\(self.time(time, title: .sinceTime(time.iso8601()), isKnown ? duration : .atLeast(duration)))\(lines(time))"
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

    /// The badges of an endpoint: its status, and what a status alone does not tell.
    func badge(of detail: RecordDetail, _ attention: Attention?) -> HTML {
        let status = badge(ofStatus: detail.status, detail.phase)
        return attention == .stuck ? "\(status) \(badge(.name(of: Attention.stuck), "bad"))" : status
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

    /// The reserved and maximum capacity, and the configured resources of API v2.
    func capacity(_ summary: ListingSummary) -> HTML {
        let capacities: [HTML] = summary.capacities.map { capacity in
            let maximum =
                capacity.maximum > capacity.reserved
                ? " (\(options.language(.maximum(HumanFormat.number(capacity.maximum)))))" : ""
            return "\(HumanFormat.number(capacity.reserved)) \(capacity.unit)\(maximum)"
        }
        let resources: [HTML] = summary.resources.map {
            self(.configured($0.name, HumanFormat.range($0.minimum, $0.maximum)))
        }
        let parts = capacities + resources
        return parts.isEmpty ? self(.none) : HTML(parts, separator: "<br>")
    }

    /// The explanation of a source's health, with numbers.
    func text(of source: StatusOverview.Source) -> HTML {
        let down = source.workspaces.filter(\.isDown)
        let downText = Phrase.down(down.count, of: source.workspaces.count)
        switch source.health {
        case .lockedOut:
            return source.status.nextProbe.html {
                self(.joined(.credentialRejected(probe: HumanFormat.next($0, now: now)), downText))
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

    /// A choice of a form, with the value "" for any.
    /// - Parameter selected: the selected values; several only if the URL gives several, which stay until another choice.
    func select(_ label: Phrase, _ name: String, _ values: [(String, Phrase)], selected: [String]) -> HTML {
        let choices: [HTML] = ([("", .any)] + values).map { value, text in
            // A selected value is the client's own.
            selected.contains(value)
                ? #"<option value="\#(echo: value)" selected>\#(echo: options.language(text))</option>"#
                : #"<option value="\#(value)">\#(self(text))</option>"#
        }
        let size: HTML = selected.count > 1 ? #" multiple size="3""# : .empty
        return #"<label>\#(self(label)) <select name="\#(name)"\#(size)>\#(choices)</select></label>"#
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
