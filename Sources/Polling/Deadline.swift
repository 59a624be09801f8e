// SPDX-License-Identifier: Apache-2.0
internal import Clocks

/// Runs `body` until `deadline`; then it is cancelled, and awaited all the same.
/// - Returns: what it came to; nil where the deadline or a cancellation of the whole task came first.
func withDeadline<Value: Sendable>(
    _ deadline: ContinuousClock.Instant, clock: any ExporterClock, _ body: @escaping @Sendable () async -> Value
) async -> Value? {
    await withTaskGroup(of: Value?.self) { group in
        group.addTask { await body() }
        group.addTask {
            try? await clock.sleep(until: deadline)
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
