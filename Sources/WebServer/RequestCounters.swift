// SPDX-License-Identifier: Apache-2.0
public import Exposition
import Synchronization

/// Requests answered and in flight.
public final class RequestCounters: Sendable {
    /// Answered requests by path and status.
    private let state = Mutex<(answered: [String: [Int: UInt64]], inFlight: Int)>(([:], 0))

    /// Counters at zero.
    public init() {}

    /// Enters a request.
    /// - Returns: how many are in flight with it.
    func begin() -> Int {
        state.withLock { state in
            state.inFlight += 1
            return state.inFlight
        }
    }

    /// Notes the end of a request that was entered.
    func end() { state.withLock { $0.inFlight -= 1 } }

    /// Counts an answer.
    func count(path: String, status: Int) {
        state.withLock { $0.answered[path, default: [:]][status, default: 0] += 1 }
    }

    /// The counters as samples.
    public func fragment() -> Fragment {
        let (answered, inFlight) = state.withLock { $0 }
        var builder = FragmentBuilder()
        builder.add(ServerFamilies.requests) { writer in
            for (path, counts) in answered.sorted(by: { $0.key < $1.key }) {
                for (status, count) in counts.sorted(by: { $0.key < $1.key }) {
                    writer.sample(.unsigned(count), ["path": path, "code": String(status)])
                }
            }
        }
        builder.add(ServerFamilies.inFlight, .integer(Int64(inFlight)))
        return builder.build()
    }
}
