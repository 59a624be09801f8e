// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Fabric

@Suite("Rate limit of a source")
struct TokenBucketTests {
    private let start = ContinuousClock.now

    /// Returns when each of `count` requests gets a token, the first not before `after`.
    private func moments(_ bucket: inout TokenBucket, _ count: Int, after: Duration = .zero) -> [Duration] {
        var now = start + after
        return (0..<count).map { _ in
            now = bucket.nextToken(now: now)
            bucket.take(now: now)
            return now - start
        }
    }

    @Test("A token that was put back is available to the next request")
    func putBack() {
        var bucket = TokenBucket(perSecond: 0.5)
        #expect(moments(&bucket, 2) == [.zero, .seconds(2)])
        bucket.putBack()
        #expect(bucket.nextToken(now: start + .seconds(2)) == start + .seconds(2))
    }

    @Test("A burst of one second is served at once, then one request per token")
    func burst() {
        var bucket = TokenBucket(perSecond: 4)
        let expected: [Duration] = [.zero, .zero, .zero, .zero, .milliseconds(250), .milliseconds(500)]
        #expect(moments(&bucket, 6) == expected)
    }

    @Test("An unused bucket refills, up to one second's tokens")
    func refill() {
        var bucket = TokenBucket(perSecond: 2)
        #expect(moments(&bucket, 3) == [.zero, .zero, .milliseconds(500)])
        #expect(moments(&bucket, 2, after: .seconds(1)) == [.seconds(1), .milliseconds(1_500)])
        #expect(
            moments(&bucket, 3, after: .seconds(60))
                == [.seconds(60), .seconds(60), .milliseconds(60_500)])
    }

    @Test("A rate below one per second has no burst")
    func slow() {
        var bucket = TokenBucket(perSecond: 0.5)
        #expect(moments(&bucket, 3) == [.zero, .seconds(2), .seconds(4)])
        #expect(moments(&bucket, 1, after: .seconds(5)) == [.seconds(6)])
    }

    @Test("A rate of 0 or less is no limit", arguments: [0.0, -1.0])
    func unlimited(_ perSecond: Double) {
        var bucket = TokenBucket(perSecond: perSecond)
        #expect(moments(&bucket, 1_000) == [Duration](repeating: .zero, count: 1_000))
    }
}
