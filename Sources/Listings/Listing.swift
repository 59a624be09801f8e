// SPDX-License-Identifier: Apache-2.0
public import Exposition
public import Fabric

/// One list of the API: how it is read, and what is served of it. Pollers, the store, health, log, status page and `check` know
/// a list only as this. To add one: a type that conforms, and its line in ``ListingRegistry``.
public protocol Listing: Sendable {
    /// What one complete read hands to the next, such as series that stay at zero.
    associatedtype Memory: Sendable

    /// The value of the label `listing`.
    static var name: String { get }
    /// What one of its records is called: `endpoint`.
    static var record: String { get }
    /// What it calls, as the label `operation` names it.
    static var operation: APIOperation { get }
    /// What grants reading it, as advice after "Grant" names it.
    static var permission: String { get }
    /// The families of its records. How its polls go and what they counted is served of every list by the same families.
    static var chapters: [Catalogue.Chapter] { get }

    /// The workspace whose list it is.
    var workspace: Workspace { get }

    /// The list of `workspace`.
    init(of workspace: Workspace, settings: ListingSettings)

    /// Reads the list once: complete, or not at all.
    /// - Parameters:
    ///   - turn: the poll's turn of the rate limit.
    ///   - memory: of the last complete read; nil before the first.
    func read(
        through client: SourceClient, _ turn: PollTurn, memory: Memory?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: Memory)

    /// Reads as little as necessary to know whether the list can be read and what that costs.
    func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe

    /// The same list with a wider filter, which tells whether an empty one is empty or hidden; nil where there is no wider one.
    var widened: Self? { get }
}

extension Listing {
    /// None.
    public var widened: Self? { nil }
}

/// What `check` finds out about a list.
public struct ListingProbe: Sendable, Equatable {
    /// How many records there are.
    public var records: Int64
    /// Requests of one complete read.
    public var requests: Int
    /// Series of its records, while all is well.
    public var series: Int
    /// Whether requests and series are known, not estimated.
    public var isExact: Bool
    /// Records without a usable id, among those that were read.
    public var skippedRecords: Int
    /// Fields that had a wrong type, or an implausible time, among those that were read.
    public var malformedFields: Int
}
