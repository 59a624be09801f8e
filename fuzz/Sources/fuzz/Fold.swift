// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition

@testable import Fabric
@testable import Listings

/// The limit on label values, lower than the default, so that the fuzzer's inputs reach it.
private let maximumValues = 20
/// The limit on the size of label values, in bytes.
private let maximumBytes = 256
private let maximumDetails = 20

private let now = Timestamp(microseconds: 1_800_000_000_000_000)
private let registry = MetricRegistry(EndpointListing.familyGroups + [ListingFamilies.familyGroup])

/// Folds successive listings of a workspace, from the JSON of their pages to the metrics: sums must be exact and limits
/// kept.
func checkFold(_ input: UnsafeBufferPointer<UInt8>) {
    guard let decoder = PageDecoder() else { return }
    let details: DetailLevel = [.problems, .all, .none][Int(input.first ?? 0) / 8 % 3]
    let settings = ListingSettings(
        details: details, maximumDetails: maximumDetails, maximumLabelValues: maximumValues, keepsRecords: true)
    // The highest bit of the first byte is not part of other choices.
    let isLake = input.first ?? 0 >= 128
    let workspace = Workspace(
        key: WorkspaceKey(source: "s", workspaceID: "w"), baseURL: "https://x", api: isLake ? .v2 : .v1)
    let list = EndpointListing(of: workspace, settings: settings)
    var memory: WorkspaceMemory?
    var rows = 0
    let listings = FoldInput(input, isLake: isLake, longestID: maximumBytes).listings
    for (index, listing) in listings.enumerated() {
        var tally = list.fold(memory: memory)
        var filter = RowFilter(plausibleTimes: PlausibleTimes(now: now))
        for page in listing.pages {
            var body = page.body
            do throws(PageDecodingError) {
                let shape = try decoder.rows(
                    of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &tally)
                require(shape.rowCount == page.rows, "\(shape.rowCount) rows read of \(page.rows)")
            } catch {
                require(false, "a page is rejected: \(error.message)")
            }
            rows += page.rows
        }
        require(filter.ids.count == listing.ids.count, "\(filter.ids.count) ids, not \(listing.ids.count)")
        require(filter.skipped == listing.skipped, "\(filter.skipped) records skipped, not \(listing.skipped)")
        let listed = ListedRows(
            fold: tally, rows: filter.ids.count, skippedRecords: filter.skipped, malformedFields: filter.malformed)
        let folded: ListingSnapshot
        (folded, memory) = list.snapshot(of: listed, now: now, instant: .now)
        require(folded.details.count <= maximumDetails, "\(folded.details.count) details")
        check(folded)
        let text = sampleLines(of: registry.render(.text, fragments: [folded.fragment]), .text)
        // Only for the last listing: checking both formats each time would halve the number of inputs.
        if index == listings.count - 1 {
            let open = sampleLines(of: registry.render(.openMetrics, fragments: [folded.fragment]), .openMetrics)
            require(text.count == open.count, "the formats differ in their samples")
        }
        check(text.map(FoldedSample.init), listing, rows: rows)
    }
}

/// Checks that the packed records are complete and that those with details have the same ones.
private func check(_ folded: ListingSnapshot) {
    let records = Dictionary(folded.records.map { ($0.id, $0.detail) }, uniquingKeysWith: { first, _ in first })
    require(records.count == folded.counts.records, "\(records.count) records of \(folded.counts.records)")
    for detail in folded.details { require(records[detail.id] == detail, "the record of \(detail.id) differs") }
}

/// - Parameter rows: the number of rows of all listings so far.
private func check(_ samples: [FoldedSample], _ listing: FoldInput.Listing, rows: Int) {
    let families = Dictionary(grouping: samples, by: \.family)
    func sum(_ family: String) -> Int128 { (families[family] ?? []).reduce(0) { $0 + Int128($1.value) } }
    require(sum("endpoints") == listing.ids.count, "\(sum("endpoints")) endpoints of \(listing.ids.count)")
    require(sum("endpoints_with_error") == listing.errors, "\(sum("endpoints_with_error")) of \(listing.errors) errors")
    for family in CapacityFamilies.familyGroup.families.map({ String($0.name.dropFirst(FoldedSample.prefix.count)) }) {
        let capacity = listing.families[family] ?? FoldInput.Capacity()
        // A series at a limit of Int64 may be clamped.
        let isClamped = (families[family] ?? []).contains { $0.value == .max || $0.value == .min }
        require(
            isClamped || sum(family) == capacity.sum, "\(family) adds up to \(sum(family)), not \(capacity.sum)")
        // Every nonzero series has at least one amount.
        let used = (families[family] ?? []).count { $0.value != 0 }
        require(used <= capacity.amounts, "\(used) series of \(family) with \(capacity.amounts) amounts")
    }
    var counts: [FoldInput.Known: Int64] = [:]
    for sample in families["endpoints"] ?? [] {
        let known = FoldInput.Known(
            type: sample.text("endpoint_type"), status: sample.text("status"),
            visibility: sample.text("visibility"))
        counts[known] = sample.value
    }
    for (known, count) in listing.known {
        require(counts[known] == Int64(count), "\(known) is \(counts[known] ?? -1), not \(count)")
    }
    // A row adds at most its own status and the documented ones of its type and visibility: eleven, or twelve of API v2.
    let maximum = 13 * rows
    require(families["endpoints"]?.count ?? 0 <= maximum, "\(families["endpoints"]?.count ?? 0) series of \(rows) rows")
    checkLimits(samples)
}

private let limited: [String: Set<String>] = [
    "endpoint_type": Set(FoldInput.types + FoldInput.lakeTypes + ["unknown", "other"]),
    "status": Set(FoldInput.statuses + ["ABNORMAL", "ON_DEMAND_FROZEN", "UNKNOWN", "other"]),
    "resource": ["cpu", "gpu", "npu", "unknown", "other"],
    "resource_mode": ["reserved", "ondemand", "hybrid", "other"],
    "visibility": Set(FoldInput.visibilities + ["other"]),
    "spec_code": ["other"], "error_code": ["other"],
]

private func checkLimits(_ samples: [FoldedSample]) {
    var values: [String: Set<[UInt8]>] = [:]
    for sample in samples {
        for (name, value) in sample.labels {
            require(value.count <= maximumBytes, "\(value.count) bytes of \(name)")
            guard let free = limited[name], !free.contains(String(decoding: value, as: UTF8.self)) else { continue }
            values[name, default: []].insert(value)
        }
    }
    for (name, values) in values { require(values.count <= maximumValues, "\(values.count) values of \(name)") }
}

/// A sample of a validated page.
private struct FoldedSample {
    static let prefix = "dataarts_fabric_"

    let family: String
    private(set) var labels: [(name: String, value: [UInt8])] = []
    let value: Int64

    init(_ line: Substring.UTF8View) {
        var rest = line
        func take(upTo end: Unicode.Scalar, from rest: inout Substring.UTF8View) -> String {
            let text = rest.prefix { $0 != UInt8(ascii: end) }
            rest = rest[text.endIndex...].dropFirst()
            return String(decoding: text, as: UTF8.self)
        }
        family = String(take(upTo: "{", from: &rest).dropFirst(Self.prefix.count))
        while rest.first != UInt8(ascii: " ") {
            let name = take(upTo: "=", from: &rest)
            rest = rest.dropFirst()
            var value: [UInt8] = []
            while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
                guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                    value.append(byte)
                    continue
                }
                value.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
            }
            labels.append((name, value))
            // A comma or the closing brace.
            rest = rest.dropFirst()
        }
        // Times have decimals; they aren't checked.
        value = Int64(Substring(rest.dropFirst())) ?? 0
    }

    func text(_ name: String) -> String {
        labels.first { $0.name == name }.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    }
}
