// SPDX-License-Identifier: Apache-2.0

/// Something that takes in the rows of one listing, each endpoint once, and keeps only what it makes of them.
public protocol EndpointFold: Sendable {
    /// Takes in one endpoint.
    mutating func add(_ row: EndpointRow)
}
