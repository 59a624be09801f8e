// SPDX-License-Identifier: Apache-2.0

/// Who may ask, and what every response carries.
public struct AccessRules: Sendable {
    /// Headers of every response; they take the place of those of the same name.
    public var headers: [(name: String, value: String)]
    /// nil: anybody may ask.
    public var authentication: BasicAuthentication?

    /// Rules of these parts; by default anybody may ask.
    public init(headers: [(name: String, value: String)] = [], authentication: BasicAuthentication? = nil) {
        self.headers = headers
        self.authentication = authentication
    }
}
