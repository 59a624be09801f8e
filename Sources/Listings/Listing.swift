// SPDX-License-Identifier: Apache-2.0
public import Base
public import Exposition
public import Fabric

/// A list of the API: how it is read and exported. Pollers, store, health, log, status page and `check` use it only
/// through this protocol. To add one, declare a conforming type and list it in ``ListingRegistry``.
public protocol Listing: Sendable {
    /// State that one complete read passes to the next, such as series that stay at zero.
    associatedtype Memory: Sendable

    /// The value of the label `listing`.
    static var name: String { get }
    /// The name as a heading of the status page.
    static var title: Phrase { get }
    /// The name of one record, such as `endpoint`.
    static var record: String { get }
    /// The API operation: the value of the label `operation`.
    static var operation: APIOperation { get }
    /// The permission to read the list, as it follows "Grant" in a remedy.
    static var permission: Phrase { get }
    /// Whether the listing is only polled for sources whose `collect` section names it, and never delays endpoints.
    static var isOptional: Bool { get }
    /// Whether the list is read from the address of the services API (`services_url`).
    static var usesServicesURL: Bool { get }
    /// Whether it reads the records, so that the status page can list them; false if it only counts them.
    static var hasRecords: Bool { get }
    /// The metric families of its records. Families about polls and counts are the same for every listing.
    static var familyGroups: [FamilyGroup] { get }

    /// The workspace that is read.
    var workspace: Workspace { get }

    /// Creates the listing of `workspace`.
    init(of workspace: Workspace, settings: ListingSettings)

    /// Reads the complete list once.
    /// - Parameters:
    ///   - turn: the poll's turn of the rate limit.
    ///   - memory: the memory of the last complete read; nil before the first.
    /// - Throws: the failure, if any part of the list could not be read.
    func read(
        through client: SourceClient, _ turn: PollTurn, memory: Memory?
    ) async throws(APIFailure) -> (snapshot: ListingSnapshot, memory: Memory)

    /// Reads as little as necessary to determine whether the list can be read, and the requests and series of one read.
    func probe(through client: SourceClient) async throws(APIFailure) -> ListingProbe

    /// The same list with a wider filter, which distinguishes an empty list from one that the filter hides; nil if no
    /// filter is wider.
    var widened: Self? { get }
}

extension Listing {
    /// Returns true.
    public static var isOptional: Bool { true }

    /// Returns false.
    public static var usesServicesURL: Bool { false }

    /// Returns true.
    public static var hasRecords: Bool { true }

    /// Returns nil.
    public var widened: Self? { nil }
}

/// The result of probing a listing, for `check`.
public struct ListingProbe: Sendable, Equatable {
    /// The number of records.
    public var records: Int64
    /// The number of requests of one complete read.
    public var requests: Int
    /// The number of series of a complete read.
    public var series: Int
    /// Whether requests and series are exact, not estimates.
    public var isExact: Bool
    /// The number of records read that had no usable id.
    public var skippedRecords: Int
    /// The number of fields read that had a wrong type or an invalid time.
    public var malformedFields: Int
}
