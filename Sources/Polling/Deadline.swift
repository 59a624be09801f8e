// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// Runs the work of a poll and cancels it once the poll has taken `limit`. Returns only when the work has ended, which
/// all work does once canceled.
/// - Returns: the result of the work, and the failure if it exceeded the limit; nil if it did not.
func withDeadline<Value: Sendable>(
    of turn: PollTurn, limit: Duration, _ body: @escaping @Sendable () async -> Value
) async -> (value: Value, overrun: APIFailure?) {
    let work = Task { await body() }
    let deadline = Task { () -> APIFailure? in
        guard let hadStarted = try? await turn.sleep(untilTaken: limit) else { return nil }
        work.cancel()
        return hadStarted
            ? APIFailure(.timeout, "the poll as a whole took longer than \(limit)")
            : APIFailure(.credentials, "no credential could be obtained within \(limit)")
    }
    return await withTaskCancellationHandler {
        let value = await work.value
        deadline.cancel()
        return (value, await deadline.value)
    } onCancel: {
        work.cancel()
        deadline.cancel()
    }
}
