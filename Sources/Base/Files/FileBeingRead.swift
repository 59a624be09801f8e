// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Tracks the file that some work is reading, so that a timeout message can name it.
public final class FileBeingRead: Sendable {
    @TaskLocal private static var current: FileBeingRead?

    private let state = Mutex<String?>(nil)

    /// Creates a tracker; ``path`` is nil.
    public init() {}

    /// The path of the file that is being read; nil between files.
    public var path: String? { state.withLock { $0 } }

    /// Runs `body` and tracks the files it reads through ``note(_:_:)``.
    public func track<Value>(_ body: () throws -> Value) rethrows -> Value {
        try Self.$current.withValue(self) { try body() }
    }

    /// Runs `body`, which reads the file at `path`, and reports the path to the current tracker, if any.
    public static func note<Value, Failure: Error>(
        _ path: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let current else { return try body() }
        current.state.withLock { $0 = path }
        defer { current.state.withLock { $0 = nil } }
        return try body()
    }
}
