// SPDX-License-Identifier: Apache-2.0

/// The authentication of requests and the additional response headers.
public struct AccessRules: Sendable {
    /// The headers added to every response; they replace headers with the same name.
    public var headers: [(name: String, value: String)]
    /// The authentication; nil if none is required.
    public var authentication: BasicAuthentication?

    /// Creates rules; by default without authentication.
    public init(headers: [(name: String, value: String)] = [], authentication: BasicAuthentication? = nil) {
        self.headers = headers
        self.authentication = authentication
    }
}
