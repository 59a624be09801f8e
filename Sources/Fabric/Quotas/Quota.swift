// SPDX-License-Identifier: Apache-2.0

/// The quota of one kind of resource of a project. A value that the API did not return, or not as an integer, is nil.
public struct Quota: Sendable, Equatable {
    /// The kind of resource, as the API names it: not empty, secrets redacted.
    public var resource: String
    /// The number of resources in use.
    public var used: Int64?
    /// The maximum number of resources; nil also if there is no limit.
    public var limit: Int64?

    /// Creates a quota.
    public init(resource: String, used: Int64?, limit: Int64?) {
        self.resource = resource
        self.used = used
        self.limit = limit
    }

    /// Whether at least 90% of the quota is used.
    public var isNearLimit: Bool {
        guard let used, let limit else { return false }
        // Doubles, because a product of integers could overflow.
        return used > 0 && Double(used) >= 0.9 * Double(limit)
    }
}

/// The complete quotas of a project.
public struct QuotaList: Sendable, Equatable {
    /// The quotas, ordered by resource, which is unique.
    public var quotas: [Quota]
    /// The number of values that are missing or unusable: resources without a name or with contradictory values, and
    /// numbers that are no valid integers.
    public var malformed = 0
    /// The number of resources beyond `metrics.max_label_values`.
    public var dropped = 0

    /// Creates a list.
    public init(quotas: [Quota], malformed: Int = 0, dropped: Int = 0) {
        self.quotas = quotas
        self.malformed = malformed
        self.dropped = dropped
    }
}
