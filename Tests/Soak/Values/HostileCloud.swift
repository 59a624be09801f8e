// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Logging
import Synchronization

/// A control plane whose workspaces have a new list for each poll.
final class HostileCloud: Sendable {
    struct Place: Sendable {
        var id: String
        var rows: Int
        /// Whether its numbers are near the limits of 64 bits.
        var hasEdges = false
        /// Whether it is polled with API v2.
        var isLake = false
    }

    static let places = [
        Place(id: "edges", rows: 50, hasEdges: true), Place(id: "two", rows: 2), Place(id: "twenty", rows: 20),
        Place(id: "hundred", rows: 100), Place(id: "hundreds", rows: 450), Place(id: "thousands", rows: 2_000),
        Place(id: "lake-edges", rows: 50, hasEdges: true, isLake: true), Place(id: "lake", rows: 300, isLake: true),
    ]

    private struct State {
        var text: HostileText
        /// The listing of the current poll.
        var listings: [String: HostileListing] = [:]
        /// The served listings, oldest first.
        var truths: [String: [ValueTruth]] = [:]
    }

    private let state: Mutex<State>
    /// Workspaces whose expected count is wrong by one.
    private let lies: Set<String>

    /// - Parameter lies: workspaces whose expected count is made wrong, to prove that this is detected.
    init(random: SoakRandom, lies: Set<String> = []) {
        state = Mutex(State(text: HostileText(random: random)))
        self.lies = lies
    }

    /// Returns the served listings of a workspace.
    func truths(of id: String) -> [ValueTruth] { state.withLock { $0.truths[id] ?? [] } }

    /// Starts the server; the task ends with the listener.
    func start() async throws -> (listener: Listener, running: Task<Void, Never>, address: String) {
        let settings = ListenerSettings(addresses: [ListenAddress(host: "127.0.0.1", port: 0)])
        let quiet = Logger(label: "soak") { _ in SwiftLogNoOpLogHandler() }
        let listener = try await Listener.bind(settings, logger: quiet) { [self] in answer($0) }
        guard let address = listener.boundAddresses.first else { throw SoakError(description: "no address") }
        return (listener, Task { try? await listener.run() }, address)
    }

    private func answer(_ request: ListenerRequest) -> ListenerResponse {
        let parts = request.path.split(separator: "/")
        guard parts.count == 4, parts[3] == "endpoints", let place = Self.places.first(where: { $0.id == parts[2] }),
            parts[0] == (place.isLake ? "v2" : "v1"),
            let limit = request.queryValues("limit").first.flatMap({ Int($0) })
        else { return .text(404, "{}") }
        let body = page(of: place, offset: request.queryValues("offset").first.flatMap { Int($0) } ?? 0, limit: limit)
        return ListenerResponse(status: 200, headers: [("Content-Type", "application/json")], body: .bytes(body))
    }

    /// Returns a page; the first page starts a new listing.
    func page(of place: Place, offset: Int, limit: Int) -> [UInt8] {
        state.withLock { state in
            if offset == 0 || state.listings[place.id] == nil {
                let flaw: HostileListing.Flaw =
                    switch state.text.random.number(0...99) {
                    case 0..<3: .largePage
                    case 3..<6: .wrongTotal
                    case 6..<8: .numbersAlone
                    case 8..<12: .numbersBeside
                    default: .none
                    }
                let listing = HostileListing(
                    rows: place.rows, hasEdges: place.hasEdges, isLake: place.isLake, flaw: flaw, text: &state.text)
                state.listings[place.id] = listing
                var truth = listing.truth
                truth.begun = WallTime.now
                if lies.contains(place.id) { truth.endpoints += 1 }
                // Keep the last accepted listings only; a scrape may be late.
                state.truths[place.id, default: []].append(truth)
                if state.truths[place.id]?.count ?? 0 > 64 { state.truths[place.id]?.removeFirst() }
            }
            return state.listings[place.id]?.page(offset: offset, limit: limit) ?? []
        }
    }
}
