// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import Fabric
internal import HTTPServer
internal import Listings
internal import Polling

/// The query of a URL that selects endpoints.
struct EndpointQuery {
    /// The values of `attention`.
    enum AttentionFilter: String, CaseIterable {
        /// Those that need attention, for whatever reason.
        case any
        case failed
        case stuck
        case abnormal
        case suspended
        /// Those with an error code, whatever else is wrong with them, unless they are inactive or gone.
        case error

        func includes(_ row: RecordList.Row, at now: Timestamp) -> Bool {
            switch self {
            case .any: row.attention(at: now) != nil
            case .failed: row.isPrivate && row.phase == .failed
            case .stuck: row.attention(at: now) == .stuck
            case .abnormal: row.isPrivate && row.phase == .abnormal
            case .suspended: row.isPrivate && row.phase == .suspended
            case .error: row.isPrivate && row.hasError && row.phase != .inactive && row.phase != .gone
            }
        }
    }

    /// The values of `visibility`.
    static let visibilities = ["PRIVATE", "PUBLIC"]

    /// Selects the workspaces.
    var workspaces: StatusQuery
    var attention: AttentionFilter?
    /// The statuses to include; empty for all.
    var statuses: [String] = []
    /// The type to include; empty for all.
    var type = ""
    /// The visibility to include, which is one of ``visibilities``; empty for all.
    var visibility = ""
    /// A part of the name, id, owner or owner's id, ignoring case; empty for all.
    var text = ""

    /// Selects all endpoints of the workspaces that `query` selects.
    init(of query: StatusQuery) { workspaces = query }

    /// Parses the query of `request`.
    /// - Throws: ``QueryError`` for an invalid value.
    init(_ request: ListenerRequest) throws(QueryError) {
        workspaces = try StatusQuery(request, textName: "workspace")
        if let value = request.queryValues("attention").last, !value.isEmpty {
            guard let filter = AttentionFilter(rawValue: value) else {
                let allowed = AttentionFilter.allCases.map(\.rawValue).joined(separator: ", ")
                throw QueryError(status: 400, message: .invalid("attention", allowed))
            }
            attention = filter
        }
        statuses = request.queryValues("status").filter { !$0.isEmpty }
        type = request.queryValues("type").last ?? ""
        visibility = request.queryValues("visibility").last ?? ""
        guard visibility.isEmpty || Self.visibilities.contains(visibility) else {
            let allowed = Self.visibilities.joined(separator: ", ")
            throw QueryError(status: 400, message: .invalid("visibility", allowed))
        }
        text = request.queryValues("q").last ?? ""
    }

    /// The parameters of the same query with another page.
    func pairs(page: Int = 1) -> [(name: String, value: String)] {
        var pairs = workspaces.selectingPairs(textName: "workspace")
        if let attention { pairs.append(("attention", attention.rawValue)) }
        pairs += statuses.map { ("status", $0) }
        for (name, value) in [("type", type), ("visibility", visibility), ("q", text)] where !value.isEmpty {
            pairs.append((name, value))
        }
        if page > 1 { pairs.append(("page", String(page))) }
        return pairs
    }

    /// Returns a function that tells whether the query includes an endpoint of a selected workspace.
    func predicate(at now: Timestamp) -> (RecordList.Row) -> Bool {
        let search = RecordSearch(text)
        let (hasText, statuses) = (!text.isEmpty, Set(statuses))
        return { row in
            if let attention, !attention.includes(row, at: now) { return false }
            if !statuses.isEmpty, !statuses.contains(row.status) { return false }
            if !type.isEmpty, row.type != type { return false }
            if !visibility.isEmpty, row.isPrivate != (visibility == "PRIVATE") { return false }
            return !hasText || row.matches(search)
        }
    }
}
