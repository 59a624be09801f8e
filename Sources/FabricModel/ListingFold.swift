// SPDX-License-Identifier: Apache-2.0

/// Something that takes in the rows of one listing, each once, and keeps only what it makes of them.
public protocol ListingFold: Sendable {
    /// What is listed.
    associatedtype Row

    /// Takes in one row.
    mutating func add(_ row: Row)

    /// Takes in the rows of a page, in their order. A fold that is handed many of them says so itself: what is said here
    /// asks for each row's witness anew.
    mutating func add(contentsOf rows: [Row])

    /// Which rows the fold reads the texts of; others may come without.
    var texts: RowTexts { get }
}

extension ListingFold {
    /// One after the other.
    public mutating func add(contentsOf rows: [Row]) { for row in rows { add(row) } }

    /// All.
    public var texts: RowTexts { .all }
}

/// The rows whose own texts (name, message) are wanted.
public enum RowTexts: Sendable {
    case none
    /// Those of endpoints with a problem, see ``EndpointStatus/isProblem(errorCode:)``.
    case ofProblems
    case all

    /// Whether those of `row` are wanted.
    public func include(_ row: EndpointRow) -> Bool {
        switch self {
        case .none: false
        case .ofProblems: row.status.isProblem(errorCode: row.errorCode)
        case .all: true
        }
    }
}

/// A fold over the endpoints of a workspace.
public protocol EndpointFold: ListingFold where Row == EndpointRow {}
