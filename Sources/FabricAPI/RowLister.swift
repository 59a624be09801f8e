// SPDX-License-Identifier: Apache-2.0
internal import FabricModel
internal import Transport

/// Lists the rows of one of the API's lists: complete, or not at all.
struct RowLister: Sendable {
    /// A listing is begun again so often in one poll.
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
        var previousIDs: EndpointIDTable?
        var relists = 0
        while true {
            do throws(APIFailure) {
                let attempt = try await attempt(turn, makeFold: makeFold)
                if attempt.isComplete(previousIDs: previousIDs) {
                    return ListingOutcome(result: .success(attempt.listing), relists: relists)
                }
                previousIDs = attempt.wholeIDs
            } catch {
                return ListingOutcome(result: .failure(error), relists: relists)
            }
            guard relists < Self.maximumRelists else {
                let failure = APIFailure(
                    .inconsistent, "pages shifted under \(relists + 1) listings in a row")
                return ListingOutcome(result: .failure(failure), relists: relists)
            }
            relists += 1
        }
    }

    private func attempt<Fold: ListingFold>(
        _ turn: PollTurn, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListingAttempt<Fold> where Fold.Row: ListedRow {
        let assembly = ListingAssembly(plan: plan, fold: makeFold())
        let first = plan.first
        let pagesSideBySide = client.pagesSideBySide
        let outcome = await withTaskGroup(of: Result<ListingPlan.Step, APIFailure>.self) { group in
            var waiting = [first]
            var running = 0
            var failure: APIFailure?
            while true {
                while running < pagesSideBySide, let request = waiting.popLast() {
                    running += 1
                    group.addTask {
                        await self.fetch(request, into: assembly, turn)
                    }
                }
                guard let result = await group.next() else { return failure }
                running -= 1
                switch result {
                case .success(.fetch(let requests)): waiting = requests.reversed() + waiting
                case .success(.shifted):
                    group.cancelAll()
                    return failure
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
                    return failure
                }
            }
        }
        if let outcome { throw outcome }
        return await assembly.finish()
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
