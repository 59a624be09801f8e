// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
internal import Transport

/// Lists the rows of one of the API's lists: complete, or not at all.
struct RowLister: Sendable {
    /// The most relists of one poll.
    static let maximumRelists = 3

    let client: SourceClient
    let operation: APIOperation
    let url: any ListURL
    /// The plan that every attempt begins with.
    let plan: ListingPlan

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - turn: the poll's turn of the rate limit.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    func list<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> where Fold.Row: ListedRow {
        do throws(APIFailure) {
            return try await client.inTurn(turn) { await listNow(turn, makeFold: makeFold) }
        } catch {
            return ListingOutcome(result: .failure(error), relists: 0)
        }
    }

    private func listNow<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> where Fold.Row: ListedRow {
        var previousIDs: EndpointIDTable?
        var relists = 0
        var requests = 0
        while true {
            do throws(APIFailure) {
                let assembly = ListingAssembly(
                    plan: plan.again(after: requests), fold: makeFold(), now: client.wallTime)
                requests += try await fetchPages(of: assembly, turn)
                let attempt = await assembly.finish()
                if attempt.isComplete(previousIDs: previousIDs) {
                    return ListingOutcome(result: .success(attempt.listing), relists: relists)
                }
                previousIDs = attempt.wholeIDs
                guard relists < Self.maximumRelists, requests <= attempt.plan.requestBudget else {
                    throw APIFailure(
                        .inconsistent,
                        "\(relists + 1) listings in a row were not complete; in the last, \(attempt.plan.incompleteness)"
                    )
                }
            } catch {
                return ListingOutcome(result: .failure(error), relists: relists)
            }
            relists += 1
        }
    }

    /// Fetches pages until the attempt's plan asks for no more.
    /// - Returns: the number of requests.
    private func fetchPages<Fold: ListingFold>(
        of assembly: ListingAssembly<Fold>, _ turn: PollTurn
    ) async throws(APIFailure) -> Int where Fold.Row: ListedRow {
        let first = plan.first
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

    func fetch<Fold: ListingFold>(
        _ page: ListingPlan.Request, into assembly: ListingAssembly<Fold>, _ turn: PollTurn
    ) async -> Result<ListingPlan.Step, APIFailure> where Fold.Row: ListedRow {
        do throws(APIFailure) {
            let step = try await client.exchange(
                operation, url: url.page(offset: page.offset, limit: page.limit), turn: turn
            ) { response throws(APIFailure) in
                try await assembly.take(&response, for: page, decoders: client.decoders)
            }
            return .success(step)
        } catch {
            return .failure(error)
        }
    }
}
