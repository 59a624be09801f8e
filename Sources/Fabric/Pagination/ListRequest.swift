// SPDX-License-Identifier: Apache-2.0
internal import Base

/// A request for the pages of a list. The query is sorted by key and value, and percent-encoded except for unreserved characters,
/// as in the canonical request, so that signing doesn't change it.
public struct ListRequest: Sendable {
    let operation: APIOperation
    /// The URL without the query.
    let address: String
    /// The query parameters except `limit` and `offset`.
    private let parameters: [(key: String, value: String)]

    /// Creates a request of `operation`.
    /// - Parameters:
    ///   - baseURL: the API's address; it may end in a slash and have a path.
    ///   - path: the segments of the path below the address.
    ///   - parameters: the query parameters; nil values are omitted.
    ///   - lists: the query parameters that are repeated for each of their values.
    public init(
        _ operation: APIOperation, baseURL: String, path: [String],
        parameters: KeyValuePairs<String, String?> = [:], lists: KeyValuePairs<String, [String]> = [:]
    ) {
        self.operation = operation
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        address = base + path.map { "/" + PercentEncoding.encode($0.utf8) }.joined()
        self.parameters =
            parameters.compactMap { key, value in value.map { (key, $0) } }
            + lists.flatMap { key, values in values.map { (key, $0) } }
    }

    /// Returns the URL of a page.
    func page(offset: Int, limit: Int) -> String {
        url([("limit", String(limit)), ("offset", String(offset))])
    }

    /// The URL of a page of one row, the first.
    var firstRow: String { url([("limit", "1")]) }

    /// The URL of a response without pages.
    var whole: String { url([]) }

    private func url(_ paging: [(key: String, value: String)]) -> String {
        let sorted = (parameters + paging).sorted {
            $0.key == $1.key ? $0.value.utf8.lexicographicallyPrecedes($1.value.utf8) : $0.key < $1.key
        }
        return address + "?"
            + sorted.map { "\($0.key)=\(PercentEncoding.encode($0.value.utf8))" }.joined(separator: "&")
    }
}
