// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import Polling

/// The cell of a source's quotas in the table of sources.
struct QuotaCell {
    /// The maximum number of quotas that are named.
    static let maximumNames = 5

    private let parts: PageParts

    init(_ parts: PageParts) { self.parts = parts }

    /// The state, the quotas of which at least 90% is used, and what to do about a failure.
    func html(_ quotas: QuotaStatus, of source: StatusOverview.Source) -> HTML {
        var lines: [HTML] = []
        if let failure = quotas.failure {
            let since = quotas.failingSince.html {
                " \(parts(.downSince(HumanFormat.absolute($0)))) (\(parts.since($0)))"
            }
            lines.append("\(parts.badge(.failing(failure.reason), "bad"))\(since)")
            lines.append(#"<span class="quiet">\#(failure.message)</span>"#)
            if let remedy = source.quotasRemedy { lines.append("\(parts(remedy.text))") }
        }
        if let list = quotas.exported {
            let near = list.quotas.filter(\.isNearLimit)
            lines += near.prefix(Self.maximumNames).map(badge)
            if near.count > Self.maximumNames { lines.append(parts(.furtherQuotas(near.count - Self.maximumNames))) }
            let moment = quotas.lastSuccess.html { " (\(parts.moment($0)))" }
            lines.append("\(parts(.quotas(list.quotas.count)))\(moment)")
        } else if quotas.isStale {
            lines.append(parts.badge(.stale, "bad"))
        }
        if !quotas.isTried { lines.append(parts(.name(of: ListingStatus.State.pending))) }
        return HTML(lines, separator: "<br>")
    }

    private func badge(_ quota: Quota) -> HTML {
        guard let used = quota.used, let limit = quota.limit else { return .empty }
        return parts.badge(.quota(quota.resource, used: used, limit: limit), used < limit ? "warn" : "bad")
    }
}
