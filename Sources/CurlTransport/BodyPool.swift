// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Memory of bodies that have been read, for those to come: pages of lists are of one size, and memory that is had from the
/// system for each of them costs as much as the copying.
final class BodyPool: Sendable {
    /// As many as exchanges usually go side by side.
    private static let maximumBodies = 16
    /// A larger body is rare, and its memory better given back.
    private static let maximumBytes = 1 << 18

    private let bodies = Mutex<[[UInt8]]>([])

    /// An empty array, with room where there is one that had it.
    func take() -> [UInt8] { bodies.withLock { $0.popLast() } ?? [] }

    /// Keeps the memory of `body`, unless there is enough. What somebody else still reads is left to them.
    func put(_ body: consuming [UInt8]) {
        guard (1...Self.maximumBytes).contains(body.capacity) else { return }
        body.removeAll(keepingCapacity: true)
        let emptied = body
        bodies.withLock { if $0.count < Self.maximumBodies { $0.append(emptied) } }
    }
}
