// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Listings
internal import Polling

/// Components of status pages.
enum PageParts {
    static func badge(_ text: String, _ kind: String = "") -> HTML { #"<span class="badge \#(kind)">\#(text)</span>"# }

    static func badge(of state: ListingStatus.State, reason: FailureReason?) -> HTML {
        switch state {
        case .ok: badge("ok", "good")
        case .pending: badge("pending")
        case .failing: badge(reason.map { "failing: \($0.rawValue)" } ?? "failing", "bad")
        }
    }

    /// The badge of an endpoint status, with the number of records if given.
    static func badge(ofStatus status: String, _ phase: Phase, count: Int? = nil) -> HTML {
        let text = count.map { "\(status) \(HumanFormat.number($0))" } ?? status
        return badge(text, phase == .serving ? "good" : kind(of: phase))
    }

    /// The CSS class for the severity of a phase.
    static func kind(of phase: Phase) -> String {
        switch phase {
        case .failed, .abnormal: "bad"
        case .inTransition, .suspended: "warn"
        case .serving, .inactive, .gone, .unknown: ""
        }
    }

    static func badges(of statuses: [ListingSummary.StatusCount]) -> HTML {
        if statuses.isEmpty { return "none" }
        let badges = statuses.map { badge(ofStatus: $0.status, $0.phase, count: $0.records) }
        return #"<span class="badges">\#(badges)</span>"#
    }

    static func capacity(_ capacities: [ListingSummary.Capacity]) -> HTML {
        if capacities.isEmpty { return "none" }
        let parts: [HTML] = capacities.map { capacity in
            let maximum = capacity.maximum > capacity.reserved ? " (max \(HumanFormat.number(capacity.maximum)))" : ""
            return "\(HumanFormat.number(capacity.reserved)) \(capacity.unit)\(maximum)"
        }
        return HTML(parts, separator: "<br>")
    }

    /// A tile with a title, a number, an optional note and an optional link to details.
    static func tile(
        _ title: String, _ number: String, _ note: String = "", kind: String = "", link: String? = nil
    ) -> HTML {
        let small: HTML = note.isEmpty ? .empty : "<small>\(note)</small>"
        let number: HTML = link.map { #"<a href="\#($0)">\#(number)</a>"# } ?? "\(number)"
        return #"<div class="tile \#(kind)"><dt>\#(title)</dt><dd>\#(number)\#(small)</dd></div>"#
    }

    static func badge(of health: SourceHealth) -> HTML {
        let kind =
            switch health {
            case .lockedOut, .noWorkspaces, .down: "bad"
            case .noneDiscovered, .discoveryFailing, .throttled, .overloaded, .partlyDown: "warn"
            case .pending: ""
            case .ok: "good"
            }
        return badge(health.rawValue.replacing("_", with: " "), kind)
    }

    /// The explanation of a source's health, with numbers.
    static func text(of source: StatusOverview.Source, in report: StatusReport) -> HTML {
        let down = source.workspaces.filter(\.isDown)
        let downText =
            "\(HumanFormat.number(down.count)) of \(HumanFormat.count(source.workspaces.count, "workspace")) down"
        switch source.health {
        case .lockedOut:
            return source.status.nextProbe.html {
                "credential rejected; next probe \(HumanFormat.moment($0, now: report.time)); \(downText)"
            }
        case .noWorkspaces, .noneDiscovered:
            return report.warning(of: source.status).html { "\($0.text(source: source.status.name))" }
        case .down:
            let reasons = Set(down.compactMap { $0.failure?.reason }).sorted().map(\.rawValue)
            return "\(downText): \(reasons.joined(separator: ", "))"
        case .discoveryFailing: return "the last discovery failed: \(source.status.discovery?.failure?.rawValue ?? "")"
        case .partlyDown: return "\(downText)"
        case .overloaded:
            return source.status.round.html {
                """
                each workspace is polled every \(HumanFormat.duration($0.components.seconds)) instead of \
                \(HumanFormat.duration(report.interval.components.seconds))
                """
            }
        case .throttled, .pending, .ok: return .empty
        }
    }
}
