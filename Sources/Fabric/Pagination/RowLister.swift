// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

/// Lists all rows of one of the API's lists, or fails.
public struct RowLister: Sendable {
    /// The maximum number of relists per poll.
    static let maximumRelists = 3

    private let client: SourceClient
    private let request: ListRequest
    private let limit: ListingPlan.Limit?

    /// Creates a lister for `request`.
    /// - Parameter limit: the maximum number of rows; nil: `max_endpoints`.
    init(client: SourceClient, request: ListRequest, limit: ListingPlan.Limit?) {
        self.client = client
        self.request = request
        self.limit = limit
    }

    /// Creates a lister for `request`, limited to `max_endpoints` rows.
    public init(client: SourceClient, request: ListRequest) {
        self.init(client: client, request: request, limit: nil)
    }

    /// Returns a new plan, for each listing because the client's settings may have changed.
    private func plan<Row: ListedRow>(of row: Row.Type) -> ListingPlan {
        let settings = client.settings
        let limit = limit ?? ListingPlan.Limit(rows: settings.maxEndpoints, plural: Row.plural, name: "max_endpoints")
        return ListingPlan(pageSize: settings.pageSize, limit: limit)
    }

    /// Lists the rows and folds each page as it is decoded.
    /// - Parameters:
    ///   - turn: the poll's turn, which also counts relists.
    ///   - makeFold: returns an empty fold; called once per attempt.
    /// - Throws: ``APIFailure`` if a request fails or the list stays inconsistent.
    public func list<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListedRows<Fold> where Fold.Row: ListedRow {
        try await client.withTurn(turn) { () async throws(APIFailure) in try await listNow(turn, makeFold: makeFold) }
    }

    private func listNow<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListedRows<Fold> where Fold.Row: ListedRow {
        let plan = plan(of: Fold.Row.self)
        var previousIDs: Set<RecordID>?
        var requests = 0
        while true {
            let assembly = ListingAssembly(
                plan: plan.restarted(after: requests), fold: makeFold(), now: client.wallTime)
            requests += try await fetchPages(of: assembly, turn, plan.first)
            let attempt = await assembly.finish()
            if attempt.isComplete(previousIDs: previousIDs) { return attempt.listed }
            previousIDs = attempt.wholeIDs
            guard turn.relists < Self.maximumRelists, requests <= attempt.plan.requestBudget else {
                throw APIFailure(
                    .inconsistent,
                    "\(turn.relists + 1) consecutive reads of the list were incomplete; last: "
                        + attempt.plan.incompleteReason)
            }
            turn.noteRelist()
        }
    }

    /// Requests only the first page.
    public func firstPage<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> FirstPage<Fold> where Fold.Row: ListedRow {
        let plan = plan(of: Fold.Row.self)
        let assembly = ListingAssembly(plan: plan, fold: makeFold(), now: client.wallTime)
        switch try await fetch(plan.first, into: assembly, turn).get() {
        case .fetch: break
        case .reject(let reason): throw APIFailure(.response, reason)
        case .abandon(let reason): throw APIFailure(.inconsistent, reason)
        }
        let attempt = await assembly.finish()
        return FirstPage(
            listed: attempt.listed, total: attempt.plan.total, requests: attempt.plan.expectedRequests,
            isWhole: attempt.plan.isFirstPageWhole)
    }

    /// Fetches pages until the attempt's plan requests no more.
    /// - Returns: the number of requests, not counting retries.
    private func fetchPages<Fold: ListingFold>(
        of assembly: ListingAssembly<Fold>, _ turn: PollTurn, _ first: ListingPlan.Request
    ) async throws(APIFailure) -> Int where Fold.Row: ListedRow {
        let firstResult = await fetch(first, into: assembly, turn)
        // Most lists have one page, which needs no task group.
        if case .success(.fetch([])) = firstResult { return 1 }
        let (failure, requests) = await withTaskGroup(of: Result<ListingPlan.Step, APIFailure>.self) { group in
            var next: Result<ListingPlan.Step, APIFailure>? = firstResult
            var waiting: [ListingPlan.Request] = []
            var running = 1
            var requests = 1
            var failure: APIFailure?
            while let result = next {
                running -= 1
                switch result {
                case .success(.fetch(let requests)): waiting = requests.reversed() + waiting
                case .success(.abandon):
                    group.cancelAll()
                    return (failure, requests)
                case .success(.reject(let reason)):
                    group.cancelAll()
                    waiting = []
                    failure = failure ?? APIFailure(.response, reason)
                case .failure(let cause):
                    group.cancelAll()
                    waiting = []
                    failure = failure ?? cause
                }
                if failure != nil || running == 0 && waiting.isEmpty {
                    group.cancelAll()
                    break
                }
                while running < client.concurrentPages, let request = waiting.popLast() {
                    running += 1
                    requests += 1
                    group.addTask { await self.fetch(request, into: assembly, turn) }
                }
                next = await group.next()
            }
            return (failure, requests)
        }
        if let failure { throw failure }
        return requests
    }

    private func fetch<Fold: ListingFold>(
        _ page: ListingPlan.Request, into assembly: ListingAssembly<Fold>, _ turn: PollTurn
    ) async -> Result<ListingPlan.Step, APIFailure> where Fold.Row: ListedRow {
        do throws(APIFailure) {
            let step = try await client.send(
                request.operation, url: request.page(offset: page.offset, limit: page.limit), turn: turn
            ) { response throws(APIFailure) in
                try await client.decodingLimiter.run(bytes: response.body.count) { () throws(APIFailure) in
                    try await assembly.add(&response, for: page, decoders: client.decoders)
                }
            }
            return .success(step)
        } catch {
            return .failure(error)
        }
    }
}
