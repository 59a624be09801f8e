// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization

/// The TLS files of a transport, read again when they change. While they give no usable content (unreadable, empty, half
/// written, on a mount that does not respond), the content before stays in use.
///
/// Files are read on a thread that may block, never on the curl thread or on Swift's pool.
final class TLSFiles: Sendable {
    let paths: TLSContent.Paths

    /// How long requests rely on what the last look found, unless told otherwise.
    static let usualFreshness = Duration.seconds(1)
    /// How long a request waits for the files where it has content to go on with.
    private static let patience = Duration.seconds(1)

    private struct State {
        var content: TLSContent?
        /// Why the files as they are give no content.
        var problem: String?
        /// When the files are to be looked at again.
        var nextLook: ContinuousClock.Instant?
        /// What the files looked like before they were read.
        var stamps: [FileStamp?] = []
        /// Whether the files were read again after they had looked like this for a while: a write during the reading
        /// need not change a stamp.
        var isSettled = false
        /// The file that is being read.
        var reading: String?
        var versions: UInt64 = 0
    }

    private let state = Mutex(State())
    private let work = BlockingWork(label: "tls-files")
    private let freshness: Duration

    init(_ paths: TLSContent.Paths, freshness: Duration = TLSFiles.usualFreshness) {
        self.paths = paths
        self.freshness = freshness
    }

    /// The content for a request that begins now.
    /// - Parameter timeout: the time that the request has.
    /// - Throws: ``TransportFailure/Kind/tls`` if there has not been any yet; the message names the file.
    func content(within timeout: Duration) async throws(TransportFailure) -> TLSContent {
        let (known, isFresh) = state.withLock { ($0.content, Self.isFresh($0)) }
        if let known, isFresh { return known }
        let limit = min(known == nil ? BlockingWork.usualLimit : Self.patience, timeout)
        do {
            try await work.run(within: limit) { [self] in look() }
        } catch {
            guard error == .timedOut else { throw .taskCancelled }
            state.withLock { state in
                let path = state.reading ?? paths.all.joined(separator: ", ")
                state.problem = "cannot read \(path): the file does not respond"
            }
        }
        let (content, problem) = state.withLock { ($0.content, $0.problem) }
        guard let content else { throw TransportFailure(.tls, problem ?? "the TLS files cannot be read") }
        return content
    }

    /// A TLS failure with what is wrong with the files added, if anything is. The next request looks at the files again.
    func explain(_ failure: TransportFailure) -> TransportFailure {
        let problem = state.withLock { state in
            state.nextLook = nil
            return state.problem
        }
        guard let problem, !failure.message.contains(problem) else { return failure }
        var explained = failure
        explained.message += "; the previous content of the TLS files is in use: \(problem)"
        return explained
    }

    private static func isFresh(_ state: State) -> Bool {
        guard let nextLook = state.nextLook else { return false }
        return ContinuousClock.now < nextLook
    }

    /// Looks at the files and reads them if they may have changed. Runs in ``work``, one call at a time.
    private func look() {
        // Of many requests that waited for a look, the first has done it for all.
        guard !state.withLock({ $0.content != nil && Self.isFresh($0) }) else { return }
        let stamps = paths.all.map { path in
            state.withLock { $0.reading = path }
            // Before the reading: what changes during it is seen at the next look.
            return FileStamp(path: path)
        }
        let (areKnown, version) = state.withLock { state in
            state.versions += 1
            return (state.stamps == stamps && state.isSettled && state.problem == nil, state.versions)
        }
        let result: Result<TLSContent, TransportFailure>? =
            areKnown
            ? nil
            : Result { () throws(TransportFailure) in
                try TLSContent(reading: paths, version: version) { path in state.withLock { $0.reading = path } }
            }
        state.withLock { state in
            state.reading = nil
            state.nextLook = .now.advanced(by: freshness)
            switch result {
            case nil: break
            case .success(let content):
                state.problem = nil
                state.isSettled = state.stamps == stamps
                state.stamps = stamps
                // Equal content keeps its connections.
                if state.content?.isEqual(to: content) != true { state.content = content }
            case .failure(let problem):
                state.problem = problem.message
                state.isSettled = false
            }
        }
    }
}
