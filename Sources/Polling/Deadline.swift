// SPDX-License-Identifier: Apache-2.0
internal import Fabric

/// Runs the work of a poll until the poll has taken `limit`; then the work is canceled, and awaited: it waits for nothing
/// that cannot be canceled.
/// - Returns: the work's result, and why it came too late; nil if it came in time.
func withDeadline<Value: Sendable>(
    of turn: PollTurn, limit: Duration, _ body: @escaping @Sendable () async -> Value
) async -> (value: Value, overrun: APIFailure?) {
    let work = Task { await body() }
    let deadline = Task { () -> APIFailure? in
        guard let hadAsked = try? await turn.sleep(untilTaken: limit) else { return nil }
        work.cancel()
        return hadAsked
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
