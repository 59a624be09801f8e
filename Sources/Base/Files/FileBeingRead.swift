// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Notes which file a piece of work is reading, so that a message can name the one that hangs.
public final class FileBeingRead: Sendable {
    @TaskLocal private static var current: FileBeingRead?

    private let state = Mutex<String?>(nil)

    /// Notes nothing yet.
    public init() {}

    /// The file that is being read now; nil between files.
    public var path: String? { state.withLock { $0 } }

    /// Runs `body`, which reads files through ``note(_:_:)``.
    public func track<Value>(_ body: () throws -> Value) rethrows -> Value {
        try Self.$current.withValue(self) { try body() }
    }

    /// Runs `body`, which reads the file at `path`.
    public static func note<Value, Failure: Error>(
        _ path: String, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard let current else { return try body() }
        current.state.withLock { $0 = path }
        defer { current.state.withLock { $0 = nil } }
        return try body()
    }
}
