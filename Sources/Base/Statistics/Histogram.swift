// SPDX-License-Identifier: Apache-2.0

/// A histogram with fixed buckets.
public struct Histogram: Sendable, Equatable {
    /// The buckets' upper bounds, ascending. They must not be whole numbers, because exposition formats write those
    /// differently.
    public let bounds: [Double]
    /// The observations per bucket, not cumulative; one more than the bounds.
    public private(set) var counts: [UInt64]
    /// The sum of the observations.
    public private(set) var sum: Double

    /// Creates a histogram without observations.
    public init(bounds: [Double]) {
        self.init(bounds: bounds, counts: [UInt64](repeating: 0, count: bounds.count + 1), sum: 0)
    }

    /// Creates a histogram with observations; one more count than bounds.
    public init(bounds: [Double], counts: [UInt64], sum: Double) {
        self.bounds = bounds
        self.counts = counts
        self.sum = sum
    }

    /// Adds an observation.
    public mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Adds the observations of `other`, which must have the same bounds.
    public mutating func add(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
