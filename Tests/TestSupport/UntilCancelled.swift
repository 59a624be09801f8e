// SPDX-License-Identifier: Apache-2.0

/// Suspends until the task is canceled.
public func untilCancelled() async {
    // A stream without elements ends only with its reader's task.
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
    continuation.finish()
}
