// SPDX-License-Identifier: Apache-2.0
internal import HTTPClient

/// Lists the rows of one of the API's lists: complete, or not at all.
public struct RowLister: Sendable {
    /// The most relists of one poll.
    static let maximumRelists = 3

    private let client: SourceClient
    private let request: ListRequest
    private let limit: ListingPlan.Limit?

    /// Lists what `request` asks for.
    /// - Parameter limit: how many rows there may be; nil: `max_endpoints`.
    init(client: SourceClient, request: ListRequest, limit: ListingPlan.Limit?) {
        self.client = client
        self.request = request
        self.limit = limit
    }

    /// Lists what `request` asks for, of at most `max_endpoints` rows.
    public init(client: SourceClient, request: ListRequest) {
        self.init(client: client, request: request, limit: nil)
    }

    /// The plan that every attempt begins with. Made for each listing, because the client's settings may have changed.
    private func plan<Row: ListedRow>(of row: Row.Type) -> ListingPlan {
        let settings = client.settings
        let limit = limit ?? ListingPlan.Limit(rows: settings.maxEndpoints, plural: Row.plural, name: "max_endpoints")
        return ListingPlan(pageSize: settings.pageSize, limit: limit)
    }

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - turn: the poll's turn of the rate limit; it counts relists too.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    public func list<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListedRows<Fold> where Fold.Row: ListedRow {
        try await client.inTurn(turn) { () async throws(APIFailure) in try await listNow(turn, makeFold: makeFold) }
    }

    private func listNow<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListedRows<Fold> where Fold.Row: ListedRow {
        let plan = plan(of: Fold.Row.self)
        var previousIDs: Set<RecordID>?
        var requests = 0
        while true {
            let assembly = ListingAssembly(plan: plan.again(after: requests), fold: makeFold(), now: client.wallTime)
            requests += try await fetchPages(of: assembly, turn, plan.first)
            let attempt = await assembly.finish()
            if attempt.isComplete(previousIDs: previousIDs) { return attempt.listed }
            previousIDs = attempt.wholeIDs
            guard turn.relists < Self.maximumRelists, requests <= attempt.plan.requestBudget else {
                throw APIFailure(
                    .inconsistent,
                    "\(turn.relists + 1) listings in a row were not complete; in the last, \(attempt.plan.incompleteness)"
                )
            }
            turn.noteRelist()
        }
    }

    /// Asks for the first page alone.
    public func firstPage<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> FirstPage<Fold> where Fold.Row: ListedRow {
        let plan = plan(of: Fold.Row.self)
        let assembly = ListingAssembly(plan: plan, fold: makeFold(), now: client.wallTime)
        switch try await fetch(plan.first, into: assembly, turn).get() {
        case .fetch: break
        case .refuse(let why): throw APIFailure(.response, why)
        case .end(let why): throw APIFailure(.inconsistent, why)
        }
        let attempt = await assembly.finish()
        return FirstPage(
            listed: attempt.listed, total: attempt.plan.total, requests: attempt.plan.expectedRequests,
            isWhole: attempt.plan.isFirstPageWhole)
    }

    /// Fetches pages until the attempt's plan asks for no more.
    /// - Returns: the number of requests.
    private func fetchPages<Fold: ListingFold>(
        of assembly: ListingAssembly<Fold>, _ turn: PollTurn, _ first: ListingPlan.Request
    ) async throws(APIFailure) -> Int where Fold.Row: ListedRow {
        let pagesSideBySide = client.pagesSideBySide
        let (failure, requests) = await withTaskGroup(of: Result<ListingPlan.Step, APIFailure>.self) { group in
            var waiting = [first]
            var running = 0
            var requests = 0
            var failure: APIFailure?
            while true {
                while running < pagesSideBySide, let request = waiting.popLast() {
                    running += 1
                    requests += 1
                    group.addTask {
                        await self.fetch(request, into: assembly, turn)
                    }
                }
                guard let result = await group.next() else { return (failure, requests) }
                running -= 1
                switch result {
                case .success(.fetch(let requests)): waiting = requests.reversed() + waiting
                case .success(.end):
                    group.cancelAll()
                    return (failure, requests)
                case .success(.refuse(let why)):
                    group.cancelAll()
                    waiting = []
                    failure = failure ?? APIFailure(.response, why)
                case .failure(let reason):
                    group.cancelAll()
                    waiting = []
                    failure = failure ?? reason
                }
                if failure != nil || running == 0 && waiting.isEmpty {
                    group.cancelAll()
                    return (failure, requests)
                }
            }
        }
        if let failure { throw failure }
        return requests
    }

    private func fetch<Fold: ListingFold>(
        _ page: ListingPlan.Request, into assembly: ListingAssembly<Fold>, _ turn: PollTurn
    ) async -> Result<ListingPlan.Step, APIFailure> where Fold.Row: ListedRow {
        do throws(APIFailure) {
            let step = try await client.exchange(
                request.operation, url: request.page(offset: page.offset, limit: page.limit), turn: turn
            ) { response throws(APIFailure) in
                try await client.decodingTurns.run(bytes: response.body.count) { () throws(APIFailure) in
                    try await assembly.take(&response, for: page, decoders: client.decoders)
                }
            }
            return .success(step)
        } catch {
            return .failure(error)
        }
    }
}
