// SPDX-License-Identifier: Apache-2.0

/// The reference point of `lastSeen`; any fixed instant.
private let seriesOrigin = ContinuousClock.now

/// The values of series by key. A series without rows stays at zero for ``zeroRetention``, so that averages over time
/// are correct.
struct SeriesTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    struct Series: Sendable {
        var value: Value
        /// Whether the current listing has a row of the series.
        var isPresent = false
        /// The end of the last listing with a row of the series, since `seriesOrigin`; nil if there was none. Not an
        /// instant: its size is unknown at compile time, so copying a table would call the runtime for each series.
        var lastSeen: Duration?
    }

    /// How long a series without rows is exported.
    static var zeroRetention: Duration { .seconds(86_400) }

    /// The value of a series without rows.
    let zero: Value
    private(set) var series: [Key: Series] = [:]

    init(zero: Value) { self.zero = zero }

    /// The value of a series; ``zero`` for an unknown key.
    subscript(key: Key) -> Value { series[key]?.value ?? zero }

    /// Changes the value of a series and marks it as present.
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

    /// Adds a series at zero, unless it exists.
    /// - Returns: whether the series is new.
    mutating func insert(_ key: Key) -> Bool {
        if series[key] != nil { return false }
        series[key] = Series(value: zero)
        return true
    }

    /// Ends the current listing: drops the series that have had no row for ``zeroRetention``.
    mutating func close(at instant: ContinuousClock.Instant) {
        let now = instant - seriesOrigin
        for index in series.values.indices where series.values[index].isPresent { series.values[index].lastSeen = now }
        func isExpired(_ series: Series) -> Bool { series.lastSeen.map { now - $0 >= Self.zeroRetention } ?? true }
        if series.values.contains(where: isExpired) { series = series.filter { !isExpired($0.value) } }
    }

    /// Returns the table for the next listing, with all series at zero.
    func zeroed() -> Self {
        var table = self
        table.series = series.mapValues { Series(value: zero, lastSeen: $0.lastSeen) }
        return table
    }
}
