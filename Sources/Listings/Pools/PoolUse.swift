// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric

/// The use of a workspace's running pools. Each query may fail alone; its value is then absent.
struct PoolUse: Sendable {
    /// The key of a utilization.
    struct Measurement: Hashable, Sendable {
        var pool: RecordID
        var resource: PoolResource
    }

    /// The number of refused queries in a row after which the other ones of their kind are not sent: the permission is
    /// missing for the workspace, not for a pool.
    private static let maximumRefusals = 3

    private(set) var utilization: [Measurement: PoolUtilization] = [:]
    private(set) var allocatable: [RecordID: [PoolAllocatable]] = [:]
    /// The number of failed queries and the last failure, by query.
    private(set) var failures: [PoolQuery: (count: Int, last: APIFailure)] = [:]
    private(set) var malformedFields = 0

    private let client: SourceClient
    private let reader: PoolReader
    private let turn: PollTurn
    /// The number of refused queries since the last answered one, by query.
    private var refusals: [PoolQuery: Int] = [:]
    /// The failure that ends all queries, because it concerns the credential or the whole source.
    private var end: APIFailure?

    /// Queries the use of `pools`, one request after the other.
    static func read(
        of pools: [Pool], in workspace: Workspace, through client: SourceClient, _ turn: PollTurn
    ) async -> PoolUse {
        var use = PoolUse(workspace, client, turn)
        for pool in pools where pool.isRunning {
            await use.readAllocatable(of: pool)
            for resource in pool.measured { await use.readUtilization(of: pool, resource) }
        }
        return use
    }

    /// Sends one query of each kind for `pool`.
    /// - Throws: the failure of the first query that fails.
    static func probe(
        _ pool: Pool, in workspace: Workspace, through client: SourceClient, _ turn: PollTurn
    ) async throws(APIFailure) {
        let reader = PoolReader(client: client, baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID)
        _ = try await reader.allocatable(of: pool.id, turn)
        _ = try await reader.utilization(of: pool.id, name: pool.listedName, .cpu, turn)
    }

    private init(_ workspace: Workspace, _ client: SourceClient, _ turn: PollTurn) {
        self.client = client
        self.turn = turn
        reader = PoolReader(client: client, baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID)
    }

    private mutating func readAllocatable(of pool: Pool) async {
        let (reader, turn) = (reader, turn)
        allocatable[pool.id] = await answer(.allocatable) { () async throws(APIFailure) in
            try await reader.allocatable(of: pool.id, turn)
        }
    }

    private mutating func readUtilization(of pool: Pool, _ resource: PoolResource) async {
        let (reader, turn) = (reader, turn)
        let measurement = Measurement(pool: pool.id, resource: resource)
        utilization[measurement] = await answer(.utilization) { () async throws(APIFailure) in
            try await reader.utilization(of: pool.id, name: pool.listedName, resource, turn)
        }.flatMap(\.self)
    }

    private mutating func answer<Value: Sendable>(
        _ query: PoolQuery, _ send: () async throws(APIFailure) -> PoolAnswer<Value>
    ) async -> Value? {
        do throws(APIFailure) {
            if let end = end ?? refusal(of: query) { throw end }
            let answer = try await send()
            refusals[query] = 0
            malformedFields += answer.malformedFields
            return answer.value
        } catch {
            note(error, of: query)
            return nil
        }
    }

    private func refusal(of query: PoolQuery) -> APIFailure? {
        refusals[query, default: 0] < Self.maximumRefusals ? nil : failures[query]?.last
    }

    private mutating func note(_ failure: APIFailure, of query: PoolQuery) {
        client.noteFailure(of: query, failure.reason)
        failures[query] = (failures[query, default: (0, failure)].count + 1, failure)
        switch failure.reason {
        case .forbidden: refusals[query, default: 0] += 1
        case .unauthenticated, .credentials, .throttled: end = failure
        default: break
        }
    }
}
