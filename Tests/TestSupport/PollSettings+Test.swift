// SPDX-License-Identifier: Apache-2.0
public import Fabric

extension PollSettings {
    /// Creates settings with all values that a client uses.
    public init(
        timeout: Duration, interval: Duration, requestsPerSecond: Double, retries: Int, maxResponseBytes: Int,
        pageSize: Int, maxEndpoints: Int
    ) {
        self.init()
        self.timeout = timeout
        self.interval = interval
        self.requestsPerSecond = requestsPerSecond
        self.retries = retries
        self.maxResponseBytes = maxResponseBytes
        self.pageSize = pageSize
        self.maxEndpoints = maxEndpoints
    }
}
