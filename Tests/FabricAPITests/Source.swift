// SPDX-License-Identifier: Apache-2.0
import Clocks
import FabricAuth
import FabricModel
import Secrets
import TestSupport
import Transport

@testable import FabricAPI

/// A client and everything around it.
struct Source {
    static let token = "MIIFtokenOfTheTests"

    let transport: FakeTransport
    let clock = ManualClock()
    let limiter: RequestLimiter
    let client: SourceClient

    init(
        _ transport: FakeTransport, credentials: any CredentialProvider = TokenCredentials(token: Secret(token)),
        slots: Int = 16, requestsPerSecond: Double = 0, retries: Int = 2, pageSize: Int = 100,
        maxEndpoints: Int = 10_000
    ) {
        self.transport = transport
        limiter = RequestLimiter(concurrency: slots, clock: clock)
        client = SourceClient(
            transport: transport, credentials: credentials, clock: clock, limiter: limiter,
            settings: ExchangeSettings(
                timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: requestsPerSecond, retries: retries,
                maxResponseBytes: 1 << 20, pageSize: pageSize, maxEndpoints: maxEndpoints))
    }

    /// One exchange whose result is the body as text.
    func exchange(
        _ url: String = "https://h/x", of subject: String = "ws-1", turn: PollTurn? = nil
    ) async -> Result<String, APIFailure> {
        do throws(APIFailure) {
            return .success(
                try await client.exchange(.listEndpoints, url: url, turn: turn ?? client.turn(of: subject)) {
                    response throws(APIFailure) in String(decoding: response.body, as: UTF8.self)
                })
        } catch {
            return .failure(error)
        }
    }

    /// Lists the endpoints of a workspace.
    func list(filter: EndpointFilter = EndpointFilter()) async -> ListingOutcome<RowFold> {
        let workspace = Workspace(
            key: WorkspaceKey(source: "s", workspaceID: "ws-1"), baseURL: "https://fabric.example")
        return await EndpointLister(client: client, workspace: workspace, filter: filter)
            .list { RowFold() }
    }
}

/// Keeps whole rows.
struct RowFold: EndpointFold {
    var rows: [EndpointRow] = []
    var ids: [String] { rows.map(\.id.text).sorted() }

    mutating func add(_ record: EndpointRecord) { rows.append(EndpointRow(record)) }
}

extension ListingOutcome<RowFold> {
    /// The sorted ids, where the listing is complete.
    var ids: [String]? { try? result.get().fold.ids }
    /// The failure, where there is one.
    var failure: APIFailure? { if case .failure(let failure) = result { failure } else { nil } }
}
