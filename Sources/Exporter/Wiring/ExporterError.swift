// SPDX-License-Identifier: Apache-2.0

/// Why the exporter cannot run, in a sentence for the operator.
public struct ExporterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String

    /// An error told by `description`.
    public init(_ description: String) { self.description = description }
}
