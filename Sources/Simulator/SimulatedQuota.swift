// SPDX-License-Identifier: Apache-2.0

/// A row of a project's quotas. Fields that are nil are omitted; those that are `.null` are sent as `null`.
public struct SimulatedQuota: Sendable {
    /// The fields of the API; a quota of -1 is no limit.
    public var type, quota, used: JSONValue?

    /// Creates a row; nil fields are omitted.
    public init(type: JSONValue? = nil, quota: JSONValue? = nil, used: JSONValue? = nil) {
        self.type = type
        self.quota = quota
        self.used = used
    }

    /// The row to send.
    public var json: JSONValue { ["type": type, "quota": quota, "used": used] }
}
