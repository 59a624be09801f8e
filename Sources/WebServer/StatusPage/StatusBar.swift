// SPDX-License-Identifier: Apache-2.0
internal import Fabric
internal import Listings

/// Numbers of records by status, as a horizontal bar. The numbers are also in text beside it.
enum StatusBar {
    private static let width = 160.0

    static func svg(_ statuses: [ListingSummary.StatusCount]) -> HTML {
        let total = statuses.reduce(0) { $0 + $1.records }
        guard total > 0 else { return .empty }
        var start = 0
        // The worst first, as everywhere on the page.
        let parts: [HTML] = statuses.sorted { rank($0.phase) < rank($1.phase) }.map { status in
            let (x, width) = (position(start, of: total), position(status.records, of: total))
            start += status.records
            return #"<rect class="\#(kind(of: status.phase))" x="\#(x)" width="\#(width)" height="8"/>"#
        }
        return #"<svg class="bar" viewBox="0 0 160 8" preserveAspectRatio="none" aria-hidden="true">\#(parts)</svg>"#
    }

    private static func rank(_ phase: Phase) -> Int {
        switch phase {
        case .failed, .abnormal: 0
        case .suspended: 1
        case .inTransition: 2
        case .unknown, .inactive, .gone: 3
        case .serving: 4
        }
    }

    private static func kind(of phase: Phase) -> String {
        phase == .serving ? "good" : PageParts.kind(of: phase)
    }

    /// Returns a position on the bar, with one decimal.
    private static func position(_ records: Int, of total: Int) -> String {
        String((Double(records) / Double(total) * width * 10).rounded() / 10)
    }
}
