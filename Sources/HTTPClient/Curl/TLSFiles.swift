// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization

/// The TLS files of a transport, reloaded when they change. While they are unusable (unreadable, empty, incomplete, on
/// an unresponsive mount), the previous content stays in use.
///
/// Files are read in ``BlockingWork``, never on the curl thread or on Swift's thread pool.
final class TLSFiles: Sendable {
    let paths: TLSContent.Paths

    /// The default time for which the files are not checked again.
    static let defaultFreshness = Duration.seconds(1)
    /// How long a request waits for the files if it can use previous content.
    private static let refreshTimeout = Duration.seconds(1)

    private struct State {
        var content: TLSContent?
        /// Why the current files are unusable; nil if they are usable.
        var problem: String?
        /// When the files are to be checked again.
        var nextCheck: ContinuousClock.Instant?
        /// The stamps of the files before they were read.
        var stamps: [FileStamp?] = []
        /// Whether the files were read twice with the same stamps: a write during the first read may not change a
        /// stamp.
        var isSettled = false
        /// The path of the file that is being read.
        var reading: String?
        var versions: UInt64 = 0
    }

    private let state = Mutex(State())
    private let work = BlockingWork(label: "tls-files")
    private let freshness: Duration

    init(_ paths: TLSContent.Paths, freshness: Duration = TLSFiles.defaultFreshness) {
        self.paths = paths
        self.freshness = freshness
    }

    /// Returns the content for a new request, after checking the files if they were not checked recently.
    /// - Parameter timeout: the timeout of the request.
    /// - Throws: ``TransportFailure/Kind/tls`` if the files have never been usable; the message names the file.
    func content(within timeout: Duration) async throws(TransportFailure) -> TLSContent {
        let (known, isFresh) = state.withLock { ($0.content, Self.isFresh($0)) }
        if let known, isFresh { return known }
        let limit = min(known == nil ? BlockingWork.defaultTimeout : Self.refreshTimeout, timeout)
        do {
            try await work.run(within: limit) { [self] in check() }
        } catch {
            guard error == .timedOut else { throw .taskCanceled }
            state.withLock { state in
                let path = state.reading ?? paths.all.joined(separator: ", ")
                state.problem = "cannot read \(path): the file does not respond"
            }
        }
        let (content, problem) = state.withLock { ($0.content, $0.problem) }
        guard let content else { throw TransportFailure(.tls, problem ?? "the TLS files cannot be read") }
        return content
    }

    /// Returns a TLS failure with the problem of the files added, if there is one. The next request checks the files.
    func explain(_ failure: TransportFailure) -> TransportFailure {
        let problem = state.withLock { state in
            state.nextCheck = nil
            return state.problem
        }
        guard let problem, !failure.message.contains(problem) else { return failure }
        var explained = failure
        explained.message += "; the previous content of the TLS files is in use: \(problem)"
        return explained
    }

    private static func isFresh(_ state: State) -> Bool {
        guard let nextCheck = state.nextCheck else { return false }
        return ContinuousClock.now < nextCheck
    }

    /// Reads the files if they may have changed. Runs in ``work``, one call at a time.
    private func check() {
        // Of several waiting requests, the first checks for all.
        guard !state.withLock({ $0.content != nil && Self.isFresh($0) }) else { return }
        let stamps = paths.all.map { path in
            state.withLock { $0.reading = path }
            // Taken before reading, so that the next check notices changes during it.
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
            state.nextCheck = .now.advanced(by: freshness)
            switch result {
            case nil: break
            case .success(let content):
                state.problem = nil
                state.isSettled = state.stamps == stamps
                state.stamps = stamps
                // Connections are kept if the content is equal.
                if state.content?.isEqual(to: content) != true { state.content = content }
            case .failure(let problem):
                state.problem = problem.message
                state.isSettled = false
            }
        }
    }
}
