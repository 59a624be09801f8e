// SPDX-License-Identifier: Apache-2.0

/// The reason why the exporter cannot run.
public struct ExporterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The message for the operator.
    public let description: String

    /// Creates an error.
    public init(_ description: String) { self.description = description }
}
