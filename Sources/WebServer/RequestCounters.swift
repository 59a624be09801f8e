// SPDX-License-Identifier: Apache-2.0
public import Exposition
import Synchronization

/// The counters of HTTP requests.
public final class RequestCounters: Sendable {
    /// The number of completed requests by path and status, and of requests in flight.
    private let state = Mutex<(completed: [String: [Int: UInt64]], inFlight: Int)>(([:], 0))

    /// Creates counters with value zero.
    public init() {}

    /// Counts the start of a request.
    /// - Returns: the number of requests in flight, including this one.
    func begin() -> Int {
        state.withLock { state in
            state.inFlight += 1
            return state.inFlight
        }
    }

    /// Counts the end of a request.
    func end() { state.withLock { $0.inFlight -= 1 } }

    /// Counts a response.
    func count(path: String, status: Int) {
        state.withLock { $0.completed[path, default: [:]][status, default: 0] += 1 }
    }

    /// Returns the samples of the counters.
    public func fragment() -> Fragment {
        let (completed, inFlight) = state.withLock { $0 }
        var builder = FragmentBuilder()
        builder.add(ServerFamilies.requests) { writer in
            for (path, counts) in completed.sorted(by: { $0.key < $1.key }) {
                for (status, count) in counts.sorted(by: { $0.key < $1.key }) {
                    writer.sample(.unsigned(count), ["path": path, "code": String(status)])
                }
            }
        }
        builder.add(ServerFamilies.inFlight, .integer(Int64(inFlight)))
        return builder.build()
    }
}
