// SPDX-License-Identifier: Apache-2.0
import Base
import Exposition

@testable import Fabric
@testable import Listings

private let now = Timestamp(microseconds: 1_800_000_000_000_000)
private let registry = MetricRegistry([PoolFamilies.familyGroup])
private let maximumPools = 3
/// With more values per label than an input can have, so that none becomes `other`, which would depend on the order.
private let settings = ListingSettings(
    details: .all, maximumDetails: maximumPools, maximumLabelValues: 10_000, keepsRecords: true)

/// Collects rows as lines of text.
private struct Lines: ListingFold {
    var lines: [String] = []

    mutating func add(_ row: PoolRow) {
        let texts = [row.name, row.chargeMode, row.status, row.errorCode, row.errorMessage, row.description]
        let times = [row.createTime, row.updateTime].map { $0.map { String($0.microseconds) } ?? "-" }
        let capacity = row.capacity.map {
            "\($0.type.string ?? "-") \($0.specCode.string ?? "-") \($0.amount.map { String($0) } ?? "-")"
        }
        lines.append(([row.recordID.text] + texts.map { $0.string ?? "-" } + times + capacity).joined(separator: "\n"))
    }
}

/// Collects rows, which are valid until the decoder reads another page. Not checked, because the rows refer to the page: the fuzzer has
/// one thread.
private struct Rows: ListingFold, @unchecked Sendable {
    var rows: [PoolRow] = []

    mutating func add(_ row: PoolRow) { rows.append(row) }
}

private func pools(
    _ decoder: PageDecoder, _ body: inout [UInt8], _ filter: inout EveryRecord
) throws(PageDecodingError) -> (shape: PageShape, rows: [String]) {
    var fold = Lines()
    let shape = try decoder.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
    return (shape, fold.lines)
}

/// Decodes a page of compute pools and folds its rows to metrics, whose counts must be exact and independent of the order.
func checkPoolsPage(_ input: UnsafeBufferPointer<UInt8>) {
    guard let page = decoded(input, read: pools), page.failure == nil else { return }
    // As in a listing, the first record with an id counts.
    var filter = RowFilter(plausibleTimes: PlausibleTimes(now: now))
    var (body, fold) = (Array(input), Rows())
    do throws(PageDecodingError) {
        _ = try usedDecoder?.rows(of: &body, filter: &filter, limit: .max, sharesFirst: false, into: &fold)
    } catch {
        require(false, "a page is accepted only once: \(error.message)")
    }
    // Without pools there are no series.
    if fold.rows.isEmpty { return }
    let text = metrics(of: fold.rows)
    // Canonically equivalent strings share a series, which has the first one as label.
    if text.allSatisfy({ $0 < 0x80 }) {
        require(text == metrics(of: fold.rows.reversed()), "the order of rows affects the result")
    }
}

/// Returns the validated metrics of pools.
private func metrics(of rows: [PoolRow]) -> [UInt8] {
    var tally = PoolTally(settings: settings, memory: PoolMemory())
    for row in rows { tally.add(row) }
    tally.close(at: .now)
    require(tally.pools.count == min(rows.count, maximumPools), "\(tally.pools.count) pools of \(rows.count)")
    require(tally.dropped == rows.count - tally.pools.count, "\(tally.dropped) dropped pools of \(rows.count)")
    let records = tally.records(now: now)
    require(records.count == rows.count, "\(records.count) records of \(rows.count)")
    for record in records { require(!record.detail.id.text.isEmpty, "a record without an id") }
    var builder = FragmentBuilder(labels: [])
    PoolSamples(tally: tally, use: nil).write(to: &builder)
    let fragment = builder.build()
    let text = registry.render(.text, fragments: [fragment])
    let lines = sampleLines(of: text, .text)
    let openMetrics = registry.render(.openMetrics, fragments: [fragment])
    require(lines.count == sampleLines(of: openMetrics, .openMetrics).count, "the formats differ in their samples")
    func values(_ family: String) -> [Int] {
        lines.filter { $0.starts(with: family.utf8) }.map { line in
            line.split(separator: UInt8(ascii: " ")).last.flatMap { Int(Substring($0)) } ?? .min / 2
        }
    }
    let sum = values("dataarts_fabric_pools{").reduce(0, +)
    require(sum == rows.count, "\(sum) pools counted of \(rows.count)")
    let shown = values("dataarts_fabric_pool_info{").count
    require(shown == tally.pools.count, "\(shown) pools with a series of \(tally.pools.count)")
    return text
}

/// Reads a document as each answer about a pool.
func checkPoolAnswer(_ input: UnsafeBufferPointer<UInt8>) {
    guard let document = JSONDocument(Array(input)) else { return }
    let times = PlausibleTimes(now: now)
    for name in ["lake", ""] {
        do throws(APIFailure) {
            let answer = try PoolReader.newest(in: document, of: name, times)
            require(answer.malformedFields >= 0, "a negative number of malformed fields")
            guard let newest = answer.value else { continue }
            require((0...1).contains(newest.ratio), "a utilization of \(newest.ratio)")
            require(times.contains(newest.time), "an implausible time")
        } catch {
            require(error.reason == .response && !error.message.isEmpty, "not a failure of the response")
        }
    }
    do throws(APIFailure) {
        let answer = try PoolReader.allocatable(in: document)
        require(answer.malformedFields >= 0, "a negative number of malformed fields")
        for amount in answer.value {
            require(amount.thousandths >= 0 && amount.resource != .memory, "\(amount)")
            require((amount.specCode ?? "").utf8.count <= 256, "a specification of more than 256 bytes")
        }
        let again = try PoolReader.allocatable(in: document)
        require(again.value == answer.value, "the same document has two meanings")
    } catch {
        require(error.reason == .response && !error.message.isEmpty, "not a failure of the response")
    }
}
