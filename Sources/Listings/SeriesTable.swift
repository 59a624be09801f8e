// SPDX-License-Identifier: Apache-2.0

/// Values of series by their keys. A series stays for a while after its last row, at zero, so that averages over time are
/// correct.
struct SeriesTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Series: Sendable {
        var value: Value
        /// Whether this listing has a row of the series.
        var isPresent = false
        /// When a listing last had one; nil if none had.
        var lastSeen: ContinuousClock.Instant?
    }

    /// How long a series stays without a row.
    static var zeroRetention: Duration { .seconds(86_400) }

    /// The value of a series without rows.
    let zero: Value
    private(set) var series: [Key: Series] = [:]

    init(zero: Value) { self.zero = zero }

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
        series = series.compactMapValues { series in
            var series = series
            if series.isPresent { series.lastSeen = instant }
            guard let lastSeen = series.lastSeen, instant - lastSeen < Self.zeroRetention else { return nil }
            return series
        }
    }

    /// The series for the next listing, all at zero.
    func zeroed() -> Self {
        var table = self
        table.series = series.mapValues { Series(value: zero, lastSeen: $0.lastSeen) }
        return table
    }
}
