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
    let slots: ExchangeSlots
    let client: SourceClient
    /// One interval after the clock's beginning.
    let retryUntil: ContinuousClock.Instant

    init(
        _ transport: FakeTransport, credentials: any CredentialProvider = TokenCredentials(token: Secret(token)),
        slots: Int = 16, requestsPerSecond: Double = 0, retries: Int = 2, pageSize: Int = 100,
        maxEndpoints: Int = 10_000
    ) {
        self.transport = transport
        self.slots = ExchangeSlots(count: slots)
        client = SourceClient(
            transport: transport, credentials: credentials, clock: clock, slots: self.slots,
            settings: ExchangeSettings(
                timeout: .seconds(10), interval: .seconds(60), requestsPerSecond: requestsPerSecond, retries: retries,
                maxResponseBytes: 1 << 20, pageSize: pageSize, maxEndpoints: maxEndpoints))
        retryUntil = clock.now + .seconds(60)
    }

    /// One exchange whose result is the body as text.
    func exchange(
        _ url: String = "https://h/x", retryUntil: ContinuousClock.Instant? = nil
    ) async -> Result<
        String, APIFailure
    > {
        do throws(APIFailure) {
            return .success(
                try await client.exchange(.listEndpoints, url: url, retryUntil: retryUntil ?? self.retryUntil) {
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
            .list(retryUntil: retryUntil) { RowFold() }
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
