// SPDX-License-Identifier: Apache-2.0
public import FabricModel
internal import Transport

/// A complete listing.
public struct Listing<Fold: EndpointFold>: Sendable {
    /// What the rows were folded into.
    public var fold: Fold
    /// Distinct endpoints.
    public var endpoints: Int
    /// Records without a usable id.
    public var skippedRecords: Int
    /// Fields that had a wrong type or an unreadable time.
    public var malformedFields: Int
}

/// A listing that ended, well or badly.
public struct ListingOutcome<Fold: EndpointFold>: Sendable {
    /// The listing, or why there is none.
    public var result: Result<Listing<Fold>, APIFailure>
    /// How often it was begun again because pages shifted.
    public var relists: Int

    /// An outcome of these parts.
    public init(result: Result<Listing<Fold>, APIFailure>, relists: Int) {
        self.result = result
        self.relists = relists
    }
}

/// Lists the endpoints of a workspace: complete, or not at all.
public struct EndpointLister: Sendable {
    /// A listing is begun again so often in one poll.
    static let maximumRelists = 3

    private let client: SourceClient
    private let url: ListEndpointsURL

    /// A lister of `workspace` through `client`.
    public init(client: SourceClient, workspace: Workspace, filter: EndpointFilter) {
        self.client = client
        url = ListEndpointsURL(
            baseURL: workspace.baseURL, workspaceID: workspace.key.workspaceID, filter: filter)
    }

    /// Lists, folding each page as it is decoded.
    /// - Parameters:
    ///   - isSuspect: whether the workspace is likely to keep exchanges waiting, as after a timeout.
    ///   - retryUntil: no try of an exchange begins after this.
    ///   - makeFold: makes an empty fold; called once for each attempt.
    public func list<Fold: EndpointFold>(
        isSuspect: Bool = false, retryUntil: ContinuousClock.Instant, makeFold: @Sendable () -> Fold
    ) async -> ListingOutcome<Fold> {
        var previousIDs: Set<EndpointID>?
        var relists = 0
        while true {
            do throws(APIFailure) {
                let attempt = try await attempt(
                    isSuspect: isSuspect, retryUntil: retryUntil, makeFold: makeFold)
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

    private func attempt<Fold: EndpointFold>(
        isSuspect: Bool, retryUntil: ContinuousClock.Instant, makeFold: @Sendable () -> Fold
    ) async throws(APIFailure) -> ListingAttempt<Fold> {
        let settings = client.settings
        let assembly = ListingAssembly(
            plan: ListingPlan(pageSize: settings.pageSize, maxEndpoints: settings.maxEndpoints), fold: makeFold())
        let first = await assembly.plan.first
        let outcome = await withTaskGroup(of: Result<ListingPlan.Step, APIFailure>.self) { group in
            var waiting = [first]
            var running = 0
            var failure: APIFailure?
            while true {
                // Pages go side by side, as many as could get a slot if no other workspace wanted one.
                while running < Self.pagesSideBySide, let request = waiting.popLast() {
                    running += 1
                    group.addTask { await fetch(request, into: assembly, isSuspect: isSuspect, retryUntil: retryUntil) }
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

    private static let pagesSideBySide = 16

    private func fetch<Fold: EndpointFold>(
        _ page: ListingPlan.Request, into assembly: ListingAssembly<Fold>, isSuspect: Bool,
        retryUntil: ContinuousClock.Instant
    ) async -> Result<ListingPlan.Step, APIFailure> {
        do throws(APIFailure) {
            let step = try await client.exchange(
                .listEndpoints, url: url.page(offset: page.offset, limit: page.limit), isSuspect: isSuspect,
                retryUntil: retryUntil
            ) { response throws(APIFailure) in
                try await assembly.take(&response, for: page, decoders: client.decoders)
            }
            return .success(step)
        } catch {
            return .failure(error)
        }
    }
}
