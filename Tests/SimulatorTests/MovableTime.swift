// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A wall clock that only a test advances.
final class MovableTime: Sendable {
    private let value = Mutex<Int64>(1_800_000_000)

    /// Seconds since the epoch.
    var seconds: Int64 { value.withLock { $0 } }

    func advance(_ seconds: Int64) { value.withLock { $0 += seconds } }
}
