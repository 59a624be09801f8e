// SPDX-License-Identifier: Apache-2.0
public import Exposition
import Synchronization

/// Requests answered and in flight.
public final class RequestCounters: Sendable {
    private struct Key: Hashable {
        var path: String
        var status: Int
    }

    private struct State {
        var answered: [Key: UInt64] = [:]
        var inFlight = 0
    }

    private let state = Mutex(State())

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

    func end(path: String, status: Int) {
        state.withLock { state in
            state.inFlight -= 1
            state.answered[Key(path: path, status: status), default: 0] += 1
        }
    }

    /// The counters as samples.
    public func fragment() -> Fragment {
        let (answered, inFlight) = state.withLock { ($0.answered, $0.inFlight) }
        var builder = FragmentBuilder()
        builder.add(ServerFamilies.requests) { writer in
            let sorted = answered.sorted { ($0.key.path, $0.key.status) < ($1.key.path, $1.key.status) }
            for (key, count) in sorted {
                writer.sample(.unsigned(count), ["path": key.path, "code": String(key.status)])
            }
        }
        builder.add(ServerFamilies.inFlight, .integer(Int64(inFlight)))
        return builder.build()
    }
}
