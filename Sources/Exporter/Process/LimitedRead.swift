// SPDX-License-Identifier: Apache-2.0
internal import Base
import Synchronization

/// Reads files on a separate thread with a timeout, and reports which file did not respond.
final class LimitedRead: Sendable {
    /// The reason why nothing was read.
    enum Failure: Error, CustomStringConvertible {
        /// A file did not respond in time; `path` is nil if it is unknown which.
        case noResponse(path: String?, limit: Duration)
        /// The waiting task was canceled.
        case canceled
        /// Reading failed.
        case failed(any Error)

        var description: String {
            switch self {
            case .noResponse(let path, let limit):
                "\(path.map { "the file \($0)" } ?? "a file") did not respond within \(limit.components.seconds) s"
            case .canceled: "the read was canceled because the process is stopping"
            case .failed(let error): "\(error)"
            }
        }
    }

    private let work: BlockingWork
    private let limit: Duration
    /// The last file that did not respond.
    private let unresponsive = Mutex<String?>(nil)

    init(label: String, limit: Duration = BlockingWork.defaultTimeout) {
        work = BlockingWork(label: label, retryDelay: limit)
        self.limit = limit
    }

    /// Runs `body`, which reads files and may block.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws(Failure) -> Value {
        let file = FileBeingRead()
        let result: Result<Value, any Error>
        do throws(BlockingWork.Failure) {
            result = try await work.run(within: limit) { Result { try file.track(body) } }
        } catch {
            guard error == .timedOut else { throw .canceled }
            let path = unresponsive.withLock { known in
                known = file.path ?? known
                return known
            }
            throw .noResponse(path: path, limit: limit)
        }
        unresponsive.withLock { $0 = nil }
        do { return try result.get() } catch { throw .failed(error) }
    }
}
