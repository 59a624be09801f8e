// SPDX-License-Identifier: Apache-2.0

/// Any fixed moment, from which times of series are counted.
private let seriesOrigin = ContinuousClock.now

/// Values of series by their keys. A series stays for a while after its last row, at zero, so that averages over time are
/// correct.
struct SeriesTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Series: Sendable {
        var value: Value
        /// Whether this listing has a row of the series.
        var isPresent = false
        /// When a listing last had one, counted from `seriesOrigin`; nil if none had. Not an instant, whose size is unknown
        /// when this is compiled: copying a table then asks the runtime about each series.
        var lastSeen: Duration?
    }

    /// How long a series stays without a row.
    static var zeroRetention: Duration { .seconds(86_400) }

    /// The value of a series without rows.
    let zero: Value
    private(set) var series: [Key: Series] = [:]

    init(zero: Value) { self.zero = zero }

    /// The value of a series; ``zero`` where there is none.
    subscript(key: Key) -> Value { series[key]?.value ?? zero }

    /// Changes the value of a series, which is now present.
    /// - Returns: whether the series is new.
    @discardableResult
    mutating func update(_ key: Key, _ change: (inout Value) -> Void) -> Bool {
        func changePresent(_ series: inout Series) {
            change(&series.value)
            series.isPresent = true
        }
        let (count, zero) = (series.count, zero)
        changePresent(&series[key, default: Series(value: zero)])
        return series.count > count
    }

    /// Adds a series of which this listing has no row, unless it is there.
    /// - Returns: whether the series is new.
    mutating func insert(_ key: Key) -> Bool {
        if series[key] != nil { return false }
        series[key] = Series(value: zero)
        return true
    }

    /// Ends a listing: drops the series that have been without a row for too long.
    mutating func close(at instant: ContinuousClock.Instant) {
        let now = instant - seriesOrigin
        for index in series.values.indices where series.values[index].isPresent { series.values[index].lastSeen = now }
        func isExpired(_ series: Series) -> Bool { series.lastSeen.map { now - $0 >= Self.zeroRetention } ?? true }
        if series.values.contains(where: isExpired) { series = series.filter { !isExpired($0.value) } }
    }

    /// The series for the next listing, all at zero.
    func zeroed() -> Self {
        var table = self
        table.series = series.mapValues { Series(value: zero, lastSeen: $0.lastSeen) }
        return table
    }
}
