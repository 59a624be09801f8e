// SPDX-License-Identifier: Apache-2.0
internal import Base
internal import HTTPClient

/// The first row of a list whose rows are only counted.
public protocol CountedRow: Sendable {
    /// The key of the rows in a page, and their name in messages, such as `job_runs`.
    static var plural: String { get }

    /// Reads a record, which is valid only until this returns.
    init(_ record: inout RecordReader)
}

/// The number of rows of a list, and its first row.
public struct CountedRows<Row: CountedRow>: Sendable {
    /// The number of rows according to the service; 0 to 1,000,000,000.
    public var total: Int
    /// The first row; nil if the list is empty.
    public var first: Row?
    /// The number of fields read with a wrong type or an invalid time.
    public var malformedFields: Int
}

/// Counts the rows of a list by requesting a single row, for lists that are too long to read.
public struct RowCounter: Sendable {
    /// The maximum offset that the API accepts. A longer list is taken for an error.
    static let maximumRows: Int64 = 1_000_000_000

    private let client: SourceClient

    /// Creates a counter that sends through `client`.
    public init(client: SourceClient) { self.client = client }

    /// Runs `body` when the first request of the poll may be sent.
    /// - Throws: ``APIFailure`` if the poll can't start, and the errors of `body`.
    public func withTurn<Result>(
        _ turn: PollTurn, _ body: () async throws(APIFailure) -> Result
    ) async throws(APIFailure) -> Result {
        try await client.withTurn(turn, body)
    }

    /// Counts the rows of a list. A response that contradicts itself is requested again, like an inconsistent list.
    /// - Parameters:
    ///   - request: the list, in the order that determines the first row.
    ///   - turn: the poll's turn, which also counts relists.
    /// - Throws: ``APIFailure`` if the request fails, the total is absent or invalid, or total and rows don't match.
    public func count<Row: CountedRow>(
        _ request: ListRequest, of row: Row.Type = Row.self, _ turn: PollTurn
    ) async throws(APIFailure) -> CountedRows<Row> {
        while true {
            let (shape, first, malformed) = try await fetch(request, of: row, turn)
            let total = Int(shape.total ?? 0)
            if (total > 0) == (first != nil) {
                return CountedRows(total: total, first: first, malformedFields: malformed + shape.malformedFields)
            }
            guard turn.relists < RowLister.maximumRelists else {
                throw APIFailure(
                    .inconsistent,
                    first == nil ? "first page is empty, total is \(total)" : "received 1 \(Row.plural), total is 0")
            }
            turn.noteRelist()
        }
    }

    private func fetch<Row: CountedRow>(
        _ request: ListRequest, of row: Row.Type, _ turn: PollTurn
    ) async throws(APIFailure) -> (shape: PageShape, first: Row?, malformedFields: Int) {
        let times = PlausibleTimes(now: client.wallTime)
        return try await client.send(request.operation, url: request.firstRow, turn: turn) {
            response throws(APIFailure) in
            func failure(_ message: String) -> APIFailure {
                APIFailure(
                    .response, message, status: response.status, requestID: response.header("X-Request-Id"))
            }
            let page: (shape: PageShape, first: Row?, malformedFields: Int)
            do throws(PageDecodingError) {
                page = try client.decoders.withDecoder { decoder throws(PageDecodingError) in
                    try decoder.first(of: &response.body, as: row, times)
                }
            } catch {
                throw failure("response body is not a list of \(Row.plural): \(error.message)")
            }
            guard page.shape.rowCount <= 1 else { throw failure("page has \(page.shape.rowCount) rows, limit is 1") }
            guard let total = page.shape.total else { throw failure("response has no total of \(Row.plural)") }
            guard total >= 0 else { throw failure("invalid total \(total)") }
            guard total <= Self.maximumRows else {
                throw failure("\(total) \(Row.plural) exceed the maximum (\(Self.maximumRows))")
            }
            return page
        }
    }
}
