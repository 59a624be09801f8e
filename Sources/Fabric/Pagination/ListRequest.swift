// SPDX-License-Identifier: Apache-2.0
internal import Base

/// What to ask for to get a list. The query is sorted by key and encoded as the signature wants it (unreserved characters
/// alone stay), so that what is signed is what is sent.
public struct ListRequest: Sendable {
    let operation: APIOperation
    /// Everything before the query.
    private let address: String
    /// What is asked for beside the page, encoded.
    private let parameters: [(key: String, value: String)]

    /// A request of `operation`.
    /// - Parameters:
    ///   - baseURL: the API's address; it may end in a slash and have a path.
    ///   - path: the segments of the path below it.
    ///   - parameters: those whose value is nil are not sent.
    public init(
        _ operation: APIOperation, baseURL: String, path: [String],
        parameters: KeyValuePairs<String, String?> = [:]
    ) {
        self.operation = operation
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        address = base + path.map { "/" + PercentEncoding.encode($0.utf8) }.joined()
        self.parameters = parameters.compactMap { key, value in
            value.map { (key, PercentEncoding.encode($0.utf8)) }
        }
    }

    /// The address of a page.
    func page(offset: Int, limit: Int) -> String {
        let all = parameters + [("limit", String(limit)), ("offset", String(offset))]
        return address + "?" + all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "&")
    }
}
