// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// Lists the quotas of one project, with one request.
public struct QuotaLister: Sendable {
    /// The maximum number of rows of a response; a longer one is taken for a mistake.
    static let maximumRows = 2_000
    /// The maximum length of a resource's name in bytes, which is that of a label value.
    private static let maximumBytes = 256
    private static let name = "quotas"

    private let client: SourceClient
    private let baseURL: String
    private let projectID: String?
    private let maximumResources: Int
    private let isAlone: Bool

    /// Creates a lister that sends through `client`.
    /// - Parameters:
    ///   - baseURL: the API's address.
    ///   - projectID: the project's ID; nil for the project of the credential.
    ///   - maximumResources: the maximum number of resources; further ones are dropped, in the order of their names.
    ///   - isAlone: whether the source sends no other requests, so that no other request can probe its credential.
    public init(
        client: SourceClient, baseURL: String, projectID: String?, maximumResources: Int, isAlone: Bool = false
    ) {
        self.client = client
        self.baseURL = baseURL
        self.projectID = projectID
        self.maximumResources = maximumResources
        self.isAlone = isAlone
    }

    /// Returns the turn of a poll that starts now. Like an optional listing, it comes last and never affects other polls,
    /// unless there are none.
    /// - Parameter retryWindow: how long after the poll's start a retry may be sent; nil: the poll interval.
    public func turn(retryWindow: Duration? = nil) -> PollTurn {
        client.turn(of: Self.name, optionalListing: isAlone ? nil : Self.name, retryWindow: retryWindow)
    }

    /// Lists the quotas.
    /// - Parameter turn: the poll's turn; nil: one that starts now.
    /// - Throws: ``APIFailure`` if the request fails, the response is not a list of quotas, or the project is unknown.
    public func list(_ turn: PollTurn? = nil) async throws(APIFailure) -> QuotaList {
        var projectID = projectID
        if projectID == nil { projectID = try await client.projectID() }
        guard let projectID else {
            throw APIFailure(
                .credentials, "the credential does not contain the ID of its project; set collect.quotas.project_id")
        }
        let request = ListRequest(.listQuotas, baseURL: baseURL, path: ["v2", projectID, "quotas"])
        return try await client.send(request.operation, url: request.address, turn: turn ?? self.turn()) {
            response throws(APIFailure) in
            try await client.decodingLimiter.run(bytes: response.body.count) { () throws(APIFailure) in
                try read(response.body)
            }
        }
    }

    private func read(_ body: [UInt8]) throws(APIFailure) -> QuotaList {
        guard let document = JSONDocument(body), let count = document.count("/quotas/resources") else {
            throw APIFailure(.response, "the response is not a list of quotas")
        }
        guard count <= Self.maximumRows else {
            throw APIFailure(.response, "\(count) quotas exceed the maximum, \(Self.maximumRows)")
        }
        var list = QuotaList(quotas: [])
        // nil: contradictory values, of which none can be trusted.
        var found: [String: Quota?] = [:]
        for index in 0..<count {
            let row = "/quotas/resources/\(index)"
            let name = document.text("\(row)/type").map {
                KnownSecrets.shared.redacting($0).prefix(bytes: Self.maximumBytes)
            }
            guard let name, !name.isEmpty else {
                list.malformed += 1
                continue
            }
            let (used, limit) = (document.integer("\(row)/used"), document.integer("\(row)/quota"))
            // -1 is no limit.
            let isUsable = (isUsed: used.map { $0 >= 0 } ?? false, isLimit: limit.map { $0 >= -1 } ?? false)
            list.malformed += (isUsable.isUsed ? 0 : 1) + (isUsable.isLimit ? 0 : 1)
            let quota = Quota(
                resource: name, used: isUsable.isUsed ? used : nil, limit: isUsable.isLimit && limit != -1 ? limit : nil
            )
            if let other = found[name], other != quota {
                list.malformed += 1
                found[name] = .some(nil)
            } else {
                found[name] = quota
            }
        }
        let quotas = found.values.compactMap(\.self).sorted {
            $0.resource.utf8.lexicographicallyPrecedes($1.resource.utf8)
        }
        list.quotas = Array(quotas.prefix(maximumResources))
        list.dropped = quotas.count - list.quotas.count
        return list
    }
}
