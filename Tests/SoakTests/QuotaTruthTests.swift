// SPDX-License-Identifier: Apache-2.0
import Simulator
import Testing

@testable import fabric_soak

@Suite struct QuotaTruthTests {
    private static let second: Int64 = 1_000_000
    private static let rows = [
        SimulatedQuota(type: "compute", quota: 100, used: 92),
        SimulatedQuota(type: "workspace", quota: -1, used: .null),
        SimulatedQuota(type: "endpoint", quota: "x", used: 0),
    ]

    private static func truth() -> QuotaTruth {
        let truth = QuotaTruth(timing: SoakTiming())
        truth.note(rows, of: "s", at: 1_000 * second)
        truth.note([SimulatedQuota(type: "compute", quota: 100, used: 5)], of: "s", at: 1_500 * second)
        return truth
    }

    /// Returns the page of the rows, read at `success` seconds, with other values.
    private static func page(_ change: [String: String?] = [:], success: Int64 = 1_200) -> Scrape {
        var values: [String: String?] = ["used compute": "92", "limit compute": "100", "used endpoint": "0"]
        values.merge(change) { $1 }
        var samples = values.compactMap { key, value -> PageSample? in
            let words = key.split(separator: " ")
            guard let value else { return nil }
            return PageSample(
                name: "dataarts_fabric_quota_\(words[0])", labels: [("source", "s"), ("resource", String(words[1]))],
                value: value, type: "gauge")
        }
        samples.append(
            PageSample(
                name: "dataarts_fabric_quota_last_success_timestamp_seconds", labels: [("source", "s")],
                value: "\(success)", type: "gauge"))
        return Scrape(samples: samples, sent: success * second + 1, received: success * second + 2)
    }

    @Test func `The correct page has no difference`() {
        let truth = Self.truth()
        #expect(truth.problems(Self.page()) == [])
        #expect(truth.proven == ["s": 1_200 * Self.second])
    }

    @Test(arguments: ["used compute", "limit compute", "used endpoint", "limit workspace", "used workspace"])
    func `A number off by one, and a missing or additional series, are differences`(_ key: String) {
        #expect(Self.truth().problems(Self.page([key: "1"])).count == 1)
        if key.hasPrefix("used compute") { #expect(Self.truth().problems(Self.page([key: String?.none])).count == 1) }
    }

    @Test func `Quotas of another time are a difference`() {
        #expect(Self.truth().problems(Self.page(success: 2_000)).count == 1)
        #expect(Self.truth().problems(Self.page(success: 500)).count == 1)
    }

    @Test func `Stale quotas must not be exported`() {
        var page = Self.page()
        page.sent += 1_000 * Self.second
        #expect(Self.truth().problems(page).count == 1)
        page.samples.removeAll { $0.label("resource") != nil }
        #expect(Self.truth().problems(page) == [])
    }
}
