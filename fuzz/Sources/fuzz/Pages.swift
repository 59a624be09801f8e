// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition
import TestSupport

@testable import Fabric
@testable import Listings

/// Admits every record and counts them.
struct EveryRecord: RecordFilter {
    let plausibleTimes = PlausibleTimes(now: Timestamp(microseconds: 1_800_000_000_000_000))
    var records = 0
    var malformed: [Int] = []
    var skipped = 0

    mutating func admit(_ id: RecordID) -> Bool {
        require(!id.text.isEmpty, "a row without an id")
        return true
    }

    mutating func noteMalformed(_ fields: Int) {
        records += 1
        malformed.append(fields)
    }

    mutating func skip(malformedFields: Int, isShared: Bool) {
        records += 1
        skipped += 1
        malformed.append(malformedFields)
    }
}

/// Collects rows as lines of text.
private struct Lines: ListingFold {
    let api: APIVersion
    var lines: [String] = []

    mutating func add(_ record: EndpointRecord) { lines.append(record.line) }
}

/// Collects records, which are valid until the decoder reads another page.
private struct Records: ListingFold, @unchecked Sendable {
    let api: APIVersion
    var records: [EndpointRecord] = []

    mutating func add(_ record: EndpointRecord) {
        var record = record
        // The decoder provides the worker groups and resources of one record at a time; the target `fold` counts them.
        // Here, all records of a page have the resources of its last one.
        record.ray = nil
        records.append(record)
    }
}

typealias Reading<Row> = (
    _ decoder: PageDecoder, _ body: inout [UInt8], _ filter: inout EveryRecord
) throws(PageDecodingError) -> (shape: PageShape, rows: [Row])

/// The result of decoding a page.
struct DecodedPage<Row: Equatable>: Equatable {
    var shape: PageShape?
    var rows: [Row] = []
    var malformed: [Int] = []
    var skipped = 0
    var failure: PageDecodingError?

    init(_ input: UnsafeBufferPointer<UInt8>, with decoder: PageDecoder, read: Reading<Row>) {
        // An array of exactly the input's size, so that AddressSanitizer detects reads beyond its end.
        var body = Array(input)
        var every = EveryRecord()
        do throws(PageDecodingError) {
            let page = try read(decoder, &body, &every)
            (shape, rows, malformed, skipped) = (page.shape, page.rows, every.malformed, every.skipped)
            let (count, passed) = (page.shape.rowCount, every.records)
            require(count == passed, "\(count) records announced, \(passed) passed to the filter")
            require(rows.count + skipped == passed, "\(rows.count) rows and \(skipped) skipped of \(passed) records")
            require(malformed.allSatisfy { (0...10_000).contains($0) }, "an invalid number of malformed fields")
        } catch {
            require(every.records == 0, "records of an invalid page")
            require(!error.message.isEmpty, "a failure without a message")
            failure = error
        }
        require(body.count == input.count, "the body's length has changed")
    }
}

/// A decoder that has decoded all previous pages; its state must not affect results.
nonisolated(unsafe) let usedDecoder = PageDecoder()

func decoded<Row: Equatable>(
    _ input: UnsafeBufferPointer<UInt8>, read: Reading<Row>
) -> DecodedPage<Row>? {
    guard let usedDecoder, let freshDecoder = PageDecoder() else { return nil }
    let page = DecodedPage(input, with: usedDecoder, read: read)
    let fresh = DecodedPage(input, with: freshDecoder, read: read)
    require(page == fresh, "a used decoder's result differs from a new one's")
    return page
}

private func endpoints(_ api: APIVersion) -> Reading<String> {
    { (decoder, body, filter) throws(PageDecodingError) in
        var fold = Lines(api: api)
        let shape = try decoder.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
        return (shape, fold.lines)
    }
}

private func workspaces(
    _ decoder: PageDecoder, _ body: inout [UInt8], _ filter: inout EveryRecord
) throws(PageDecodingError) -> (shape: PageShape, rows: [DiscoveredWorkspace]) {
    var fold = WorkspaceLister.Rows()
    let shape = try decoder.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
    return (shape, fold.workspaces)
}

/// Decodes a page as one of each version of the API, which differ in the fields of a row.
func checkEndpointsPage(_ input: UnsafeBufferPointer<UInt8>) {
    for api in APIVersion.allCases { checkEndpointsPage(input, api) }
}

private func checkEndpointsPage(_ input: UnsafeBufferPointer<UInt8>, _ api: APIVersion) {
    guard let page = decoded(input, read: endpoints(api)), page.failure == nil else { return }
    // As in a listing, the first record with an id counts.
    var filter = RowFilter(plausibleTimes: EveryRecord().plausibleTimes)
    var (body, fold) = (Array(input), Records(api: api))
    do throws(PageDecodingError) {
        _ = try usedDecoder?.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
    } catch {
        require(false, "a page is accepted only once: \(error.message)")
    }
    let rows = fold.records
    require(filter.skipped == page.skipped, "\(filter.skipped) records skipped, not \(page.skipped)")
    var memory: WorkspaceMemory?
    for details in [DetailLevel.all, .problems] {
        let settings = ListingSettings(details: details, maximumDetails: 3)
        let first = listing(of: rows, api, settings, skipped: page.skipped, memory)
        let reversed = listing(of: rows.reversed(), api, settings, skipped: page.skipped, memory)
        require(first.snapshot.details.count <= 3, "more details than the limit")
        let text = check(first.snapshot, rows: rows.count)
        // Canonically equivalent strings share a series, which has the first one as label.
        if text.allSatisfy({ $0 < 0x80 }) {
            require(text == check(reversed.snapshot, rows: rows.count), "the order of rows affects the result")
        }
        memory = first.memory
    }
    // When the workspace is empty, every series stays with value zero.
    let settings = ListingSettings(details: .all, maximumDetails: 3)
    _ = check(listing(of: [], api, settings, skipped: 0, memory).snapshot, rows: 0)
}

private func listing(
    of rows: [EndpointRecord], _ api: APIVersion, _ settings: ListingSettings, skipped: Int, _ memory: WorkspaceMemory?
) -> (snapshot: ListingSnapshot, memory: WorkspaceMemory) {
    let workspace = Workspace(
        key: WorkspaceKey(source: "s", workspaceID: "w"), name: "a \"name\"\n", baseURL: "https://x", api: api)
    let listing = EndpointListing(of: workspace, settings: settings)
    var tally = listing.fold(memory: memory)
    for row in rows { tally.add(row) }
    let listed = ListedRows(fold: tally, rows: rows.count, skippedRecords: skipped, malformedFields: 0)
    return listing.snapshot(of: listed, now: Timestamp(microseconds: 1_800_000_000_000_000), instant: .now)
}

private let registry = MetricRegistry(EndpointListing.familyGroups + [ListingFamilies.familyGroup])

/// Validates the metrics of a listing in both formats and returns the text format.
private func check(_ listing: ListingSnapshot, rows: Int) -> [UInt8] {
    let text = registry.render(.text, fragments: [listing.fragment])
    let lines = sampleLines(of: text, .text)
    let openMetrics = registry.render(.openMetrics, fragments: [listing.fragment])
    let openLines = sampleLines(of: openMetrics, .openMetrics)
    require(lines.count == openLines.count, "the formats differ in their samples")
    let family = "dataarts_fabric_endpoints{"
    let sum = lines.filter { $0.starts(with: family.utf8) }.reduce(0) { sum, line in
        sum + (line.split(separator: UInt8(ascii: " ")).last.flatMap { Int(Substring($0)) } ?? .min / 2)
    }
    require(sum == rows, "\(sum) endpoints counted of \(rows)")
    return text
}

func checkWorkspacesPage(_ input: UnsafeBufferPointer<UInt8>) {
    guard let page = decoded(input, read: workspaces) else { return }
    for row in page.rows {
        require((1...36).contains(row.id.utf8.count), "an id of \(row.id.utf8.count) bytes")
        require(
            row.id.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") },
            "an id that is not a path component")
        require(row.name != "" && row.enterpriseProjectID != "", "an empty text that is not absent")
    }
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default: false
    }
}
