// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPClient
import TestSupport

@testable import Fabric

/// A client with a fake transport and a manual clock.
struct Source {
    static let token = "MIIFtokenOfTheTests"

    let transport: FakeTransport
    let clock = ManualClock()
    let limiter: RequestLimiter
    let client: SourceClient

    init(
        _ transport: FakeTransport, credentials: any CredentialProvider = TokenCredentials(.value(Secret(token))),
        slots: Int = 16, requestsPerSecond: Double = 0, retries: Int = 2, pageSize: Int = 100,
        maxEndpoints: Int = 10_000
    ) {
        self.transport = transport
        limiter = RequestLimiter(concurrency: slots, clock: clock)
        client = SourceClient(
            transport: transport, credentials: credentials, clock: clock, limiter: limiter,
            settings: PollSettings(
                timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: requestsPerSecond, retries: retries,
                maxResponseBytes: 1 << 20, pageSize: pageSize, maxEndpoints: maxEndpoints))
    }

    /// Sends one request and returns the body as text.
    func send(
        _ url: String = "https://h/x", of subject: String = "ws-1", turn: PollTurn? = nil
    ) async -> Result<String, APIFailure> {
        do throws(APIFailure) {
            return .success(
                try await client.send(.listEndpoints, url: url, turn: turn ?? client.turn(of: subject)) {
                    response throws(APIFailure) in String(decoding: response.body, as: UTF8.self)
                })
        } catch {
            return .failure(error)
        }
    }

    /// Lists the IDs of a workspace's endpoints.
    func list() async -> ListingOutcome<IDFold> { await list(into: IDFold()) }

    /// Lists a workspace's endpoints.
    func list<Fold: ListingFold>(into fold: Fold) async -> ListingOutcome<Fold> where Fold.Row == EndpointRecord {
        let turn = client.turn(of: "ws-1")
        let request = ListRequest(
            .listEndpoints, baseURL: "https://fabric.example", path: ["v1", "workspaces", "ws-1", "endpoints"])
        do throws(APIFailure) {
            let listed = try await RowLister(client: client, request: request).list(turn) { fold }
            return ListingOutcome(result: .success(listed), relists: turn.relists)
        } catch {
            return ListingOutcome(result: .failure(error), relists: turn.relists)
        }
    }
}

/// The result of a listing.
struct ListingOutcome<Fold: ListingFold> {
    var result: Result<ListedRows<Fold>, APIFailure>
    var relists: Int
}

extension APIOperation {
    static let listEndpoints = APIOperation("list_endpoints")
}

extension ListingPlan {
    init(pageSize: Int, maxEndpoints: Int) {
        self.init(pageSize: pageSize, limit: Limit(rows: maxEndpoints, plural: "endpoints", name: "max_endpoints"))
    }
}

/// Collects the rows' IDs.
struct IDFold: ListingFold {
    private(set) var ids: [String] = []

    mutating func add(_ record: EndpointRecord) { ids.append(record.id.text) }
}

/// Collects the rows, each as a line.
struct LineFold: ListingFold {
    private(set) var lines: [String] = []

    mutating func add(_ record: EndpointRecord) { lines.append(record.line) }
}

extension ListingOutcome<IDFold> {
    /// The sorted IDs; nil if the listing failed.
    var ids: [String]? { try? result.get().fold.ids.sorted() }
    /// The failure; nil if the listing is complete.
    var failure: APIFailure? { if case .failure(let failure) = result { failure } else { nil } }
}
